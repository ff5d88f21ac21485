create table keys (
    id uuid not null default gen_random_uuid(),
    project_id uuid not null,
    name text not null,
    value_type text not null,
    default_value jsonb not null,
    description text not null default '',
    schema jsonb,
    revision integer not null default 1,
    created_by uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    archived_at timestamptz,
    constraint keys_pkey primary key (id),
    constraint keys_project_fkey foreign key (project_id) references projects (id),
    constraint keys_created_by_fkey foreign key (created_by) references people (id),
    constraint keys_name_form check (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$'),
    constraint keys_value_type_known check (value_type in ('boolean', 'string', 'integer', 'decimal', 'json')),
    constraint keys_default_value_of_its_type check (
        case value_type
            when 'boolean' then jsonb_typeof(default_value) = 'boolean'
            when 'string' then jsonb_typeof(default_value) = 'string'
            when 'integer' then jsonb_typeof(default_value) = 'number'
            when 'decimal' then jsonb_typeof(default_value) = 'number'
            else true
        end
    ),
    constraint keys_description_length check (length(description) <= 4096)
);
create unique index keys_name_unique_in_project on keys (project_id, lower(name));

-- Apps are compiled against the name and the type.
create function refuse_key_identity_change() returns trigger language plpgsql as $$
begin
    raise exception 'the name and the type of a key never change'
        using errcode = 'restrict_violation', constraint = 'keys_name_and_type_never_change';
end
$$;
create trigger keys_name_and_type_never_change before update on keys for each row
    when ((new.project_id, new.name, new.value_type) is distinct from (old.project_id, old.name, old.value_type))
    execute function refuse_key_identity_change();

create table key_revisions (
    key_id uuid not null,
    number integer not null,
    default_value jsonb not null,
    description text not null,
    schema jsonb,
    author_id uuid,
    author_name text not null,
    created_at timestamptz not null default now(),
    constraint key_revisions_pkey primary key (key_id, number),
    constraint key_revisions_key_fkey foreign key (key_id) references keys (id),
    constraint key_revisions_author_fkey foreign key (author_id) references people (id)
);
create trigger key_revisions_immutable before update or delete on key_revisions
    for each row execute function refuse_change();
create trigger key_revisions_not_truncated before truncate on key_revisions
    for each statement execute function refuse_change();

create table segments (
    id uuid not null default gen_random_uuid(),
    project_id uuid not null,
    slug text not null,
    name text not null,
    description text not null default '',
    kind text not null,
    revision integer not null default 1,
    created_by uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    archived_at timestamptz,
    constraint segments_pkey primary key (id),
    constraint segments_project_fkey foreign key (project_id) references projects (id),
    constraint segments_created_by_fkey foreign key (created_by) references people (id),
    constraint segments_slug_unique_in_project unique (project_id, slug),
    constraint segments_slug_form check (
        slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 200 and slug <> 'new'
    ),
    constraint segments_kind_known check (kind in ('rules', 'list')),
    constraint segments_name_length check (length(name) between 1 and 200),
    constraint segments_description_length check (length(description) <= 4096)
);

create table segment_revisions (
    segment_id uuid not null,
    number integer not null,
    conditions jsonb not null,
    author_id uuid,
    author_name text not null,
    created_at timestamptz not null default now(),
    constraint segment_revisions_pkey primary key (segment_id, number),
    constraint segment_revisions_segment_fkey foreign key (segment_id) references segments (id),
    constraint segment_revisions_author_fkey foreign key (author_id) references people (id)
);
create trigger segment_revisions_immutable before update or delete on segment_revisions
    for each row execute function refuse_change();
create trigger segment_revisions_not_truncated before truncate on segment_revisions
    for each statement execute function refuse_change();

-- Which other segments the newest conditions of a segment name.
create table segment_members (
    segment_id uuid not null,
    named_segment_id uuid not null,
    constraint segment_members_pkey primary key (segment_id, named_segment_id),
    constraint segment_members_segment_fkey foreign key (segment_id) references segments (id),
    constraint segment_members_named_segment_fkey foreign key (named_segment_id) references segments (id),
    constraint segment_members_not_itself check (segment_id <> named_segment_id)
);
create index segment_members_named on segment_members (named_segment_id);
