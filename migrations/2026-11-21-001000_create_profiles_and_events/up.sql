-- What client keys say is public knowledge at best; an environment may let it decide all the same.
alter table environments add column client_events_decide boolean not null default false;

-- What is stored about a user of the app. `properties` fill a context; `reported` came from where
-- it must not decide, and feeds previews and suggestions alone.
create table profiles (
    environment_id uuid not null,
    user_id text not null,
    properties jsonb not null default '{}',
    reported jsonb not null default '{}',
    first_seen_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    constraint profiles_pkey primary key (environment_id, user_id),
    constraint profiles_environment_fkey foreign key (environment_id) references environments (id),
    constraint profiles_user_id_length check (octet_length(user_id) between 1 and 1024),
    constraint profiles_properties_object check (jsonb_typeof(properties) = 'object'),
    constraint profiles_reported_object check (jsonb_typeof(reported) = 'object')
);
create index profiles_by_last_seen on profiles (environment_id, last_seen_at);

-- How often a user did an event on a day of UTC: `times` decides, `reported` does not.
create table event_days (
    environment_id uuid not null,
    user_id text not null,
    event text not null,
    day date not null,
    times bigint not null default 0,
    reported bigint not null default 0,
    constraint event_days_pkey primary key (environment_id, user_id, event, day),
    constraint event_days_profile_fkey foreign key (environment_id, user_id)
        references profiles (environment_id, user_id) on delete cascade,
    constraint event_days_event_length check (length(event) between 1 and 200),
    constraint event_days_times_not_negative check (times >= 0),
    constraint event_days_reported_not_negative check (reported >= 0)
);
create index event_days_by_day on event_days (day);

-- The ids of events that were taken: the same id twice counts once.
create table event_ids (
    environment_id uuid not null,
    id text not null,
    taken_on date not null,
    constraint event_ids_pkey primary key (environment_id, id),
    constraint event_ids_environment_fkey foreign key (environment_id) references environments (id),
    constraint event_ids_id_length check (length(id) between 1 and 200)
);
create index event_ids_by_age on event_ids (taken_on);

-- The names of all properties that were ever stored to decide: only conditions on these can
-- depend on a profile.
create table property_names (
    environment_id uuid not null,
    name text not null,
    constraint property_names_pkey primary key (environment_id, name),
    constraint property_names_environment_fkey foreign key (environment_id) references environments (id)
);
