create table audit_log (
    id bigint generated always as identity,
    at timestamptz not null default now(),
    project_id uuid,
    environment_id uuid,
    actor_kind text not null,
    actor_id uuid,
    actor_name text not null,
    action text not null,
    object_kind text not null,
    object_id text not null,
    object_name text not null,
    before jsonb,
    after jsonb,
    ip text,
    request_id text,
    constraint audit_log_pkey primary key (id),
    constraint audit_log_project_fkey foreign key (project_id) references projects (id),
    constraint audit_log_environment_fkey foreign key (environment_id) references environments (id),
    constraint audit_log_actor_kind_known check (
        actor_kind in ('person', 'api_token', 'scheduler', 'command_line')
    ),
    constraint audit_log_action_form check (action ~ '^[a-z][a-z_]*(\.[a-z][a-z_]*)*$' and length(action) <= 100),
    constraint audit_log_object_kind_form check (object_kind ~ '^[a-z][a-z_]*$' and length(object_kind) <= 100)
);
create index audit_log_of_a_project on audit_log (project_id, id desc);
create index audit_log_of_an_object on audit_log (object_kind, object_id, id desc);
create trigger audit_log_immutable before update or delete on audit_log
    for each row execute function refuse_change();
create trigger audit_log_not_truncated before truncate on audit_log
    for each statement execute function refuse_change();
