-- Credentials are known by the SHA-256 of their text. Only client keys, which are public by
-- nature, stay readable.
create table sdk_keys (
    id uuid not null default gen_random_uuid(),
    environment_id uuid not null,
    kind text not null,
    name text not null,
    prefix text not null,
    key_hash bytea not null,
    client_key text,
    created_by uuid,
    created_at timestamptz not null default now(),
    last_used_at timestamptz,
    revoked_at timestamptz,
    constraint sdk_keys_pkey primary key (id),
    constraint sdk_keys_environment_fkey foreign key (environment_id) references environments (id),
    constraint sdk_keys_created_by_fkey foreign key (created_by) references people (id),
    constraint sdk_keys_hash_unique unique (key_hash),
    constraint sdk_keys_hash_length check (octet_length(key_hash) = 32),
    constraint sdk_keys_kind_known check (kind in ('client', 'server')),
    constraint sdk_keys_only_client_keys_are_readable check ((kind = 'client') = (client_key is not null)),
    constraint sdk_keys_name_length check (length(name) between 1 and 200),
    constraint sdk_keys_prefix_length check (length(prefix) between 1 and 40)
);
create index sdk_keys_of_an_environment on sdk_keys (environment_id, created_at);

create table api_tokens (
    id uuid not null default gen_random_uuid(),
    project_id uuid not null,
    name text not null,
    scope text not null,
    role text not null,
    prefix text not null,
    token_hash bytea not null,
    created_by uuid,
    created_at timestamptz not null default now(),
    expires_at timestamptz,
    last_used_at timestamptz,
    revoked_at timestamptz,
    constraint api_tokens_pkey primary key (id),
    constraint api_tokens_project_fkey foreign key (project_id) references projects (id),
    constraint api_tokens_created_by_fkey foreign key (created_by) references people (id),
    constraint api_tokens_hash_unique unique (token_hash),
    constraint api_tokens_hash_length check (octet_length(token_hash) = 32),
    constraint api_tokens_scope_known check (scope in ('read', 'write')),
    constraint api_tokens_role_known check (role in ('viewer', 'developer', 'product-manager', 'admin')),
    constraint api_tokens_name_length check (length(name) between 1 and 200),
    constraint api_tokens_prefix_length check (length(prefix) between 1 and 40)
);
create index api_tokens_of_a_project on api_tokens (project_id, created_at);
