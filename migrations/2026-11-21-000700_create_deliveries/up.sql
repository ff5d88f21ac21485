-- What a count is about. `digest` stands for all the other columns, nulls included, so that one
-- unique index finds a series (a unique index over nullable columns would not before Postgres 15).
create table delivery_series (
    id bigint generated always as identity,
    digest bytea not null,
    environment_id uuid not null,
    key_id uuid not null,
    version_id uuid,
    row_id text,
    audience text not null,
    segment_id uuid,
    variant text not null,
    value_label text not null,
    value_hash bigint not null,
    reason text not null,
    constraint delivery_series_pkey primary key (id),
    constraint delivery_series_digest_unique unique (digest),
    constraint delivery_series_digest_length check (octet_length(digest) = 32),
    constraint delivery_series_environment_fkey foreign key (environment_id) references environments (id),
    constraint delivery_series_key_fkey foreign key (key_id) references keys (id),
    constraint delivery_series_version_fkey foreign key (version_id) references versions (id),
    constraint delivery_series_segment_fkey foreign key (segment_id) references segments (id),
    constraint delivery_series_audience_known check (
        audience in ('segment', 'one_off', 'everyone_else', 'tester', 'none')
    ),
    constraint delivery_series_value_label_length check (length(value_label) <= 100)
);
create index delivery_series_of_a_key on delivery_series (environment_id, key_id);
create index delivery_series_of_a_version on delivery_series (version_id);

create table deliveries_minute (
    series_id bigint not null,
    minute timestamptz not null,
    count bigint not null,
    constraint deliveries_minute_pkey primary key (series_id, minute),
    constraint deliveries_minute_series_fkey foreign key (series_id) references delivery_series (id),
    constraint deliveries_minute_whole check (minute = date_trunc('minute', minute, 'UTC')),
    constraint deliveries_minute_count_positive check (count > 0)
) partition by range (minute);
create table deliveries_minute_default partition of deliveries_minute default;

-- Batches whose counts are in: a retry of one of them adds nothing.
create table delivery_batches (
    id uuid not null,
    added_at timestamptz not null default now(),
    constraint delivery_batches_pkey primary key (id)
);
create index delivery_batches_by_age on delivery_batches (added_at);
