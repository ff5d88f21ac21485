create table experiences (
    id uuid not null default gen_random_uuid(),
    project_id uuid not null,
    kind text not null,
    slug text not null,
    name text not null,
    description text not null default '',
    tags text[] not null default '{}',
    owner_id uuid,
    newest_version integer not null default 0,
    created_by uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    archived_at timestamptz,
    constraint experiences_pkey primary key (id),
    constraint experiences_project_fkey foreign key (project_id) references projects (id),
    constraint experiences_owner_fkey foreign key (owner_id) references people (id),
    constraint experiences_created_by_fkey foreign key (created_by) references people (id),
    constraint experiences_slug_unique_in_project unique (project_id, slug),
    constraint experiences_slug_form check (
        slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 200 and slug <> 'new'
    ),
    constraint experiences_kind_known check (kind in ('feature_flag', 'product_config')),
    constraint experiences_name_length check (length(name) between 1 and 200),
    constraint experiences_description_length check (length(description) <= 4096),
    constraint experiences_tags_count check (cardinality(tags) <= 50 and array_position(tags, null) is null)
);
-- The two orders that lists are mostly read in.
create index experiences_by_name on experiences (project_id, lower(name), id);
create index experiences_by_update on experiences (project_id, updated_at desc, id desc);

create table versions (
    id uuid not null default gen_random_uuid(),
    experience_id uuid not null,
    number integer not null,
    content jsonb not null,
    note text not null default '',
    author_id uuid,
    author_name text not null,
    created_at timestamptz not null default now(),
    constraint versions_pkey primary key (id),
    constraint versions_experience_fkey foreign key (experience_id) references experiences (id),
    constraint versions_author_fkey foreign key (author_id) references people (id),
    constraint versions_number_unique_in_experience unique (experience_id, number),
    constraint versions_of_experience unique (experience_id, id),
    constraint versions_number_positive check (number > 0),
    constraint versions_note_length check (length(note) <= 4096)
);

-- What a version's content says, in columns: the content decides, these answer questions.
create table version_rows (
    version_id uuid not null,
    row_id text not null,
    position integer not null,
    audience text not null,
    segment_id uuid,
    constraint version_rows_pkey primary key (version_id, row_id),
    constraint version_rows_version_fkey foreign key (version_id) references versions (id),
    constraint version_rows_segment_fkey foreign key (segment_id) references segments (id),
    constraint version_rows_position_unique unique (version_id, position),
    constraint version_rows_audience_known check (audience in ('segment', 'conditions', 'everyone')),
    constraint version_rows_segment_named check ((audience = 'segment') = (segment_id is not null)),
    constraint version_rows_row_id_length check (length(row_id) between 1 and 100)
);

create table version_keys (
    version_id uuid not null,
    key_id uuid not null,
    purpose text not null,
    constraint version_keys_pkey primary key (version_id, key_id, purpose),
    constraint version_keys_version_fkey foreign key (version_id) references versions (id),
    constraint version_keys_key_fkey foreign key (key_id) references keys (id),
    constraint version_keys_purpose_known check (purpose in ('gives', 'requires'))
);
create index version_keys_of_a_key on version_keys (key_id);

create table version_segments (
    version_id uuid not null,
    segment_id uuid not null,
    constraint version_segments_pkey primary key (version_id, segment_id),
    constraint version_segments_version_fkey foreign key (version_id) references versions (id),
    constraint version_segments_segment_fkey foreign key (segment_id) references segments (id)
);
create index version_segments_of_a_segment on version_segments (segment_id);

create trigger versions_immutable before update or delete on versions
    for each row execute function refuse_change();
create trigger versions_not_truncated before truncate on versions
    for each statement execute function refuse_change();
create trigger version_rows_immutable before update or delete on version_rows
    for each row execute function refuse_change();
create trigger version_rows_not_truncated before truncate on version_rows
    for each statement execute function refuse_change();
create trigger version_keys_immutable before update or delete on version_keys
    for each row execute function refuse_change();
create trigger version_keys_not_truncated before truncate on version_keys
    for each statement execute function refuse_change();
create trigger version_segments_immutable before update or delete on version_segments
    for each row execute function refuse_change();
create trigger version_segments_not_truncated before truncate on version_segments
    for each statement execute function refuse_change();

-- The primary key is the rule: a key has at most one holder.
create table key_holders (
    key_id uuid not null,
    experience_id uuid not null,
    constraint key_holders_one_holder primary key (key_id),
    constraint key_holders_key_fkey foreign key (key_id) references keys (id),
    constraint key_holders_experience_fkey foreign key (experience_id) references experiences (id)
);
create index key_holders_of_an_experience on key_holders (experience_id);
