-- How often a key was delivered in each of 24 hours, the newest first, so that a list of thousands
-- is put in order without reading a day of minutes. `day` is their sum; `asked_at` is the last hour
-- with any delivery, and stays when the hours have passed.
create table key_deliveries (
    environment_id uuid not null,
    key_id uuid not null,
    asked_at timestamptz not null,
    newest_hour timestamptz not null,
    hours bigint[] not null,
    day bigint not null,
    constraint key_deliveries_pkey primary key (environment_id, key_id),
    constraint key_deliveries_environment_fkey foreign key (environment_id) references environments (id),
    constraint key_deliveries_key_fkey foreign key (key_id) references keys (id),
    constraint key_deliveries_hours_of_a_day check (
        cardinality(hours) = 24 and array_position(hours, null) is null
    ),
    constraint key_deliveries_day_positive check (day >= 0)
);
create index key_deliveries_to_settle on key_deliveries (newest_hour) where day > 0;

insert into key_deliveries (environment_id, key_id, asked_at, newest_hour, hours, day)
with hourly as (
    select series.environment_id, series.key_id, date_trunc('hour', minutes.minute, 'UTC') as hour,
        sum(minutes.count)::bigint as count
    from deliveries_minute minutes
    join delivery_series series on series.id = minutes.series_id
    group by 1, 2, 3
), newest as (
    select environment_id, key_id, max(hour) as hour from hourly group by 1, 2
), rings as (
    select newest.environment_id, newest.key_id, newest.hour, array(
        select coalesce(
            (select hourly.count from hourly
             where hourly.environment_id = newest.environment_id and hourly.key_id = newest.key_id
                 and hourly.hour = newest.hour - make_interval(hours => back)),
            0)
        from generate_series(0, 23) back order by back
    ) as hours
    from newest
)
select environment_id, key_id, hour, hour, hours, (select sum(count)::bigint from unnest(hours) count)
from rings;

-- What a version can hand out of a key to users who are no test users, each once; null is the
-- key's default, whatever that is by then. With `version_shares` it answers for lists what the
-- content alone decides. Versions that were saved before have none.
create table version_outcomes (
    version_id uuid not null,
    key_id uuid not null,
    number integer not null,
    value jsonb,
    constraint version_outcomes_pkey primary key (version_id, key_id, number),
    constraint version_outcomes_version_fkey foreign key (version_id) references versions (id),
    constraint version_outcomes_key_fkey foreign key (key_id) references keys (id)
);

-- How wide a version reaches, in hundredths of a percent: into everybody, and into the audience of
-- its widest row.
create table version_shares (
    version_id uuid not null,
    of_everybody integer not null,
    of_some integer not null,
    constraint version_shares_pkey primary key (version_id),
    constraint version_shares_version_fkey foreign key (version_id) references versions (id),
    constraint version_shares_range check (
        of_everybody between 0 and 10000 and of_some between 0 and 10000
    )
);

create trigger version_outcomes_immutable before update or delete on version_outcomes
    for each row execute function refuse_change();
create trigger version_outcomes_not_truncated before truncate on version_outcomes
    for each statement execute function refuse_change();
create trigger version_shares_immutable before update or delete on version_shares
    for each row execute function refuse_change();
create trigger version_shares_not_truncated before truncate on version_shares
    for each statement execute function refuse_change();
