create table projects (
    id uuid not null default gen_random_uuid(),
    key text not null,
    name text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint projects_pkey primary key (id),
    constraint projects_key_unique unique (key),
    constraint projects_key_form check (key ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(key) <= 100 and key <> 'new'),
    constraint projects_name_length check (length(name) between 1 and 200)
);

-- `revision` is the whole contract between publishing and serving: it grows by one with every
-- change that the environment serves.
create table environments (
    id uuid not null default gen_random_uuid(),
    project_id uuid not null,
    key text not null,
    name text not null,
    protected boolean not null default false,
    position integer not null,
    revision bigint not null default 1,
    created_at timestamptz not null default now(),
    constraint environments_pkey primary key (id),
    constraint environments_project_fkey foreign key (project_id) references projects (id),
    constraint environments_key_unique_in_project unique (project_id, key),
    constraint environments_key_form check (
        key ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(key) <= 100 and key not in ('new', 'settings')
    ),
    constraint environments_name_length check (length(name) between 1 and 200)
);

create table memberships (
    person_id uuid not null,
    project_id uuid not null,
    role text not null,
    created_at timestamptz not null default now(),
    constraint memberships_pkey primary key (person_id, project_id),
    constraint memberships_person_fkey foreign key (person_id) references people (id),
    constraint memberships_project_fkey foreign key (project_id) references projects (id),
    constraint memberships_role_known check (role in ('viewer', 'developer', 'product-manager'))
);
create index memberships_of_a_project on memberships (project_id);
