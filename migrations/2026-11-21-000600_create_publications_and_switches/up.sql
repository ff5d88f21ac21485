create table publications (
    id uuid not null default gen_random_uuid(),
    experience_id uuid not null,
    environment_id uuid not null,
    version_id uuid not null,
    ramp smallint not null default 10000,
    replaces_id uuid,
    note text not null default '',
    published_at timestamptz not null default now(),
    published_by uuid,
    published_by_name text not null,
    ended_at timestamptz,
    ended_by uuid,
    ended_by_name text,
    constraint publications_pkey primary key (id),
    constraint publications_of_experience_and_environment unique (id, experience_id, environment_id),
    constraint publications_environment_fkey foreign key (environment_id) references environments (id),
    constraint publications_version_fkey foreign key (experience_id, version_id)
        references versions (experience_id, id),
    constraint publications_replaces_fkey foreign key (replaces_id, experience_id, environment_id)
        references publications (id, experience_id, environment_id),
    constraint publications_published_by_fkey foreign key (published_by) references people (id),
    constraint publications_ended_by_fkey foreign key (ended_by) references people (id),
    constraint publications_ramp_range check (ramp between 0 and 10000),
    constraint publications_ended_by_someone check ((ended_at is null) = (ended_by_name is null)),
    constraint publications_note_length check (length(note) <= 4096)
);
create unique index publications_one_active on publications (experience_id, environment_id)
    where ended_at is null;
create index publications_active_in_an_environment on publications (environment_id)
    where ended_at is null;
create index publications_taking_over on publications (replaces_id) where ended_at is null;
create index publications_history on publications (experience_id, environment_id, published_at desc);
create index publications_of_a_version on publications (version_id);

-- A publication is a fact: only its ramp moves while it is active, and it ends once.
create trigger publications_immutable before update on publications for each row
    when (
        old.ended_at is not null
        or (new.id, new.experience_id, new.environment_id, new.version_id, new.replaces_id,
            new.note, new.published_at, new.published_by, new.published_by_name)
        is distinct from
           (old.id, old.experience_id, old.environment_id, old.version_id, old.replaces_id,
            old.note, old.published_at, old.published_by, old.published_by_name)
    )
    execute function refuse_change();
create trigger publications_not_deleted before delete on publications
    for each row execute function refuse_change();
create trigger publications_not_truncated before truncate on publications
    for each statement execute function refuse_change();

create table switches (
    experience_id uuid not null,
    environment_id uuid not null,
    is_on boolean not null,
    changed_at timestamptz not null default now(),
    constraint switches_pkey primary key (experience_id, environment_id),
    constraint switches_experience_fkey foreign key (experience_id) references experiences (id),
    constraint switches_environment_fkey foreign key (environment_id) references environments (id)
);

create table switch_changes (
    id bigint generated always as identity,
    experience_id uuid not null,
    environment_id uuid not null,
    is_on boolean not null,
    note text not null default '',
    changed_at timestamptz not null default now(),
    changed_by uuid,
    changed_by_name text not null,
    constraint switch_changes_pkey primary key (id),
    constraint switch_changes_switch_fkey foreign key (experience_id, environment_id)
        references switches (experience_id, environment_id),
    constraint switch_changes_changed_by_fkey foreign key (changed_by) references people (id),
    constraint switch_changes_note_length check (length(note) <= 4096)
);
create index switch_changes_history on switch_changes (experience_id, environment_id, id desc);
create trigger switch_changes_immutable before update or delete on switch_changes
    for each row execute function refuse_change();
create trigger switch_changes_not_truncated before truncate on switch_changes
    for each statement execute function refuse_change();

-- The versions through which an experience holds keys and uses segments: its newest, those that
-- any environment serves, and those that a ramp is still leading users away from. An archived
-- experience holds nothing.
create view holding_versions (experience_id, version_id) as
    select experiences.id, versions.id
    from experiences
    join versions on versions.experience_id = experiences.id and versions.number = experiences.newest_version
    where experiences.archived_at is null
union
    select publications.experience_id, publications.version_id
    from publications
    join experiences on experiences.id = publications.experience_id
    where publications.ended_at is null and experiences.archived_at is null
union
    select publications.experience_id, replaced.version_id
    from publications
    join publications replaced on replaced.id = publications.replaces_id
    join experiences on experiences.id = publications.experience_id
    where publications.ended_at is null and publications.ramp < 10000 and experiences.archived_at is null;
