-- Which database this is. Files that outlive a connection (last-known-good rulesets) carry this
-- id, so that one database's answers are never served for another's.
create table installation (
    singleton boolean not null default true,
    database_id uuid not null default gen_random_uuid(),
    created_at timestamptz not null default now(),
    constraint installation_pkey primary key (singleton),
    constraint installation_is_one_row check (singleton)
);

-- What was saved, published or recorded stays as it was: tables of such rows carry this trigger
-- for UPDATE, DELETE and TRUNCATE.
create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'rows of % never change and are never deleted (% refused)', tg_table_name, tg_op
        using errcode = 'restrict_violation', constraint = tg_table_name || '_immutable';
end
$$;
