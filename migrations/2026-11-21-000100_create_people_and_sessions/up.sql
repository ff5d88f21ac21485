create table people (
    id uuid not null default gen_random_uuid(),
    email text not null,
    name text not null,
    password_hash text not null,
    is_admin boolean not null default false,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    disabled_at timestamptz,
    constraint people_pkey primary key (id),
    constraint people_email_form check (email ~ '^[^[:space:]@]+@[^[:space:]@]+$' and length(email) <= 254),
    constraint people_name_length check (length(name) between 1 and 200),
    constraint people_password_hash_length check (length(password_hash) between 1 and 500)
);
create unique index people_email_unique on people (lower(email));

-- A session is known by the SHA-256 of its secret: whoever reads this table can't sign in with it.
create table sessions (
    token_hash bytea not null,
    person_id uuid not null,
    created_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    expires_at timestamptz not null,
    ip text,
    user_agent text,
    mfa_at timestamptz,
    constraint sessions_pkey primary key (token_hash),
    constraint sessions_person_fkey foreign key (person_id) references people (id),
    constraint sessions_token_hash_length check (octet_length(token_hash) = 32),
    constraint sessions_ip_length check (length(ip) <= 45),
    constraint sessions_user_agent_length check (length(user_agent) <= 500)
);
create index sessions_of_a_person on sessions (person_id, last_seen_at);
