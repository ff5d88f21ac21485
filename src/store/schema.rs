//! The tables, as the migrations make them; `tests/suite/store/schema.rs` compares the two.

#![allow(missing_docs)]

diesel::table! {
    api_tokens (id) {
        id -> Uuid,
        project_id -> Uuid,
        name -> Text,
        scope -> Text,
        role -> Text,
        prefix -> Text,
        token_hash -> Binary,
        created_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        expires_at -> Nullable<Timestamptz>,
        last_used_at -> Nullable<Timestamptz>,
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    audit_log (id) {
        id -> BigInt,
        at -> Timestamptz,
        project_id -> Nullable<Uuid>,
        environment_id -> Nullable<Uuid>,
        actor_kind -> Text,
        actor_id -> Nullable<Uuid>,
        actor_name -> Text,
        action -> Text,
        object_kind -> Text,
        object_id -> Text,
        object_name -> Text,
        before -> Nullable<Jsonb>,
        after -> Nullable<Jsonb>,
        ip -> Nullable<Text>,
        request_id -> Nullable<Text>,
    }
}

diesel::table! {
    deliveries_minute (series_id, minute) {
        series_id -> BigInt,
        minute -> Timestamptz,
        count -> BigInt,
    }
}

diesel::table! {
    delivery_batches (id) {
        id -> Uuid,
        added_at -> Timestamptz,
    }
}

diesel::table! {
    delivery_series (id) {
        id -> BigInt,
        digest -> Binary,
        environment_id -> Uuid,
        key_id -> Uuid,
        version_id -> Nullable<Uuid>,
        row_id -> Nullable<Text>,
        audience -> Text,
        segment_id -> Nullable<Uuid>,
        variant -> Text,
        value_label -> Text,
        value_hash -> BigInt,
        reason -> Text,
    }
}

diesel::table! {
    environments (id) {
        id -> Uuid,
        project_id -> Uuid,
        key -> Text,
        name -> Text,
        protected -> Bool,
        position -> Integer,
        revision -> BigInt,
        created_at -> Timestamptz,
        client_events_decide -> Bool,
        teaches -> Text,
    }
}

diesel::table! {
    event_days (environment_id, user_id, decides, event, day) {
        environment_id -> Uuid,
        user_id -> Text,
        event -> Text,
        day -> Date,
        times -> BigInt,
        decides -> Bool,
    }
}

diesel::table! {
    event_ids (environment_id, decides, id) {
        environment_id -> Uuid,
        id -> Text,
        taken_on -> Date,
        decides -> Bool,
    }
}

diesel::table! {
    experiences (id) {
        id -> Uuid,
        project_id -> Uuid,
        kind -> Text,
        slug -> Text,
        name -> Text,
        description -> Text,
        tags -> Array<Text>,
        owner_id -> Nullable<Uuid>,
        newest_version -> Integer,
        created_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        archived_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    installation (singleton) {
        singleton -> Bool,
        database_id -> Uuid,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    key_deliveries (environment_id, key_id) {
        environment_id -> Uuid,
        key_id -> Uuid,
        asked_at -> Timestamptz,
        newest_hour -> Timestamptz,
        hours -> Array<BigInt>,
        day -> BigInt,
    }
}

diesel::table! {
    key_holders (key_id) {
        key_id -> Uuid,
        experience_id -> Uuid,
    }
}

diesel::table! {
    key_revisions (key_id, number) {
        key_id -> Uuid,
        number -> Integer,
        default_value -> Jsonb,
        description -> Text,
        schema -> Nullable<Jsonb>,
        author_id -> Nullable<Uuid>,
        author_name -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    keys (id) {
        id -> Uuid,
        project_id -> Uuid,
        name -> Text,
        value_type -> Text,
        default_value -> Jsonb,
        description -> Text,
        schema -> Nullable<Jsonb>,
        revision -> Integer,
        created_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        archived_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    memberships (person_id, project_id) {
        person_id -> Uuid,
        project_id -> Uuid,
        role -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    people (id) {
        id -> Uuid,
        email -> Text,
        name -> Text,
        password_hash -> Text,
        is_admin -> Bool,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        disabled_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    profiles (environment_id, user_id) {
        environment_id -> Uuid,
        user_id -> Text,
        place -> Integer,
        properties -> Jsonb,
        reported -> Jsonb,
        first_seen_at -> Timestamptz,
        last_seen_at -> Timestamptz,
        decides -> Bool,
    }
}

diesel::table! {
    projects (id) {
        id -> Uuid,
        key -> Text,
        name -> Text,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    property_names (environment_id, name) {
        environment_id -> Uuid,
        name -> Text,
    }
}

diesel::table! {
    publications (id) {
        id -> Uuid,
        experience_id -> Uuid,
        environment_id -> Uuid,
        version_id -> Uuid,
        ramp -> SmallInt,
        replaces_id -> Nullable<Uuid>,
        note -> Text,
        published_at -> Timestamptz,
        published_by -> Nullable<Uuid>,
        published_by_name -> Text,
        ended_at -> Nullable<Timestamptz>,
        ended_by -> Nullable<Uuid>,
        ended_by_name -> Nullable<Text>,
    }
}

diesel::table! {
    sdk_keys (id) {
        id -> Uuid,
        environment_id -> Uuid,
        kind -> Text,
        name -> Text,
        prefix -> Text,
        key_hash -> Binary,
        client_key -> Nullable<Text>,
        created_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        last_used_at -> Nullable<Timestamptz>,
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    segment_list_members (segment_id, user_id, added_in) {
        segment_id -> Uuid,
        user_id -> Text,
        added_in -> Integer,
        removed_in -> Nullable<Integer>,
    }
}

diesel::table! {
    segment_list_revisions (segment_id, number) {
        segment_id -> Uuid,
        number -> Integer,
        change -> Text,
        members -> Integer,
        added -> Integer,
        removed -> Integer,
    }
}

diesel::table! {
    segment_lists (segment_id) {
        segment_id -> Uuid,
    }
}

diesel::table! {
    segment_members (segment_id, named_segment_id) {
        segment_id -> Uuid,
        named_segment_id -> Uuid,
    }
}

diesel::table! {
    segment_revisions (segment_id, number) {
        segment_id -> Uuid,
        number -> Integer,
        conditions -> Jsonb,
        author_id -> Nullable<Uuid>,
        author_name -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    segments (id) {
        id -> Uuid,
        project_id -> Uuid,
        slug -> Text,
        name -> Text,
        description -> Text,
        kind -> Text,
        revision -> Integer,
        created_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        archived_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    sessions (token_hash) {
        token_hash -> Binary,
        person_id -> Uuid,
        created_at -> Timestamptz,
        last_seen_at -> Timestamptz,
        expires_at -> Timestamptz,
        ip -> Nullable<Text>,
        user_agent -> Nullable<Text>,
        mfa_at -> Nullable<Timestamptz>,
        idle_seconds -> Nullable<Integer>,
    }
}

diesel::table! {
    switch_changes (id) {
        id -> BigInt,
        experience_id -> Uuid,
        environment_id -> Uuid,
        is_on -> Bool,
        note -> Text,
        changed_at -> Timestamptz,
        changed_by -> Nullable<Uuid>,
        changed_by_name -> Text,
    }
}

diesel::table! {
    switches (experience_id, environment_id) {
        experience_id -> Uuid,
        environment_id -> Uuid,
        is_on -> Bool,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    version_keys (version_id, key_id, purpose) {
        version_id -> Uuid,
        key_id -> Uuid,
        purpose -> Text,
    }
}

diesel::table! {
    version_outcomes (version_id, key_id, number) {
        version_id -> Uuid,
        key_id -> Uuid,
        number -> Integer,
        value -> Nullable<Jsonb>,
    }
}

diesel::table! {
    version_rows (version_id, row_id) {
        version_id -> Uuid,
        row_id -> Text,
        position -> Integer,
        audience -> Text,
        segment_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    version_segments (version_id, segment_id) {
        version_id -> Uuid,
        segment_id -> Uuid,
    }
}

diesel::table! {
    version_shares (version_id) {
        version_id -> Uuid,
        of_everybody -> Integer,
        of_some -> Integer,
    }
}

diesel::table! {
    versions (id) {
        id -> Uuid,
        experience_id -> Uuid,
        number -> Integer,
        content -> Jsonb,
        note -> Text,
        author_id -> Nullable<Uuid>,
        author_name -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    holding_versions (experience_id, version_id) {
        experience_id -> Uuid,
        version_id -> Uuid,
    }
}

diesel::joinable!(deliveries_minute -> delivery_series (series_id));
diesel::joinable!(key_holders -> experiences (experience_id));
diesel::joinable!(key_holders -> keys (key_id));
diesel::joinable!(publications -> experiences (experience_id));
diesel::joinable!(publications -> versions (version_id));
diesel::joinable!(sessions -> people (person_id));
diesel::joinable!(version_keys -> keys (key_id));
diesel::joinable!(version_outcomes -> keys (key_id));

diesel::allow_tables_to_appear_in_same_query!(
    api_tokens,
    audit_log,
    deliveries_minute,
    delivery_batches,
    delivery_series,
    environments,
    event_days,
    event_ids,
    experiences,
    holding_versions,
    installation,
    key_deliveries,
    key_holders,
    key_revisions,
    keys,
    memberships,
    people,
    profiles,
    projects,
    property_names,
    publications,
    sdk_keys,
    segment_list_members,
    segment_list_revisions,
    segment_lists,
    segment_members,
    segment_revisions,
    segments,
    sessions,
    switch_changes,
    switches,
    version_keys,
    version_outcomes,
    version_rows,
    version_segments,
    version_shares,
    versions,
);
