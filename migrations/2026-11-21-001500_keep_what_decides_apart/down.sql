alter table profiles drop column decides;

delete from event_ids where not decides;
alter table event_ids drop constraint event_ids_pkey;
alter table event_ids drop column decides;
alter table event_ids add constraint event_ids_pkey primary key (environment_id, id);

alter table event_days add column reported bigint not null default 0;
alter table event_days add constraint event_days_reported_not_negative check (reported >= 0);
update event_days set reported = others.times from event_days others
    where event_days.decides and not others.decides
      and (others.environment_id, others.user_id, others.event, others.day)
        = (event_days.environment_id, event_days.user_id, event_days.event, event_days.day);
delete from event_days where not decides and exists (
    select from event_days both_said
    where both_said.decides
      and (both_said.environment_id, both_said.user_id, both_said.event, both_said.day)
        = (event_days.environment_id, event_days.user_id, event_days.event, event_days.day));
update event_days set reported = times, times = 0 where not decides;
alter table event_days drop constraint event_days_pkey;
alter table event_days drop column decides;
alter table event_days add constraint event_days_pkey
    primary key (environment_id, user_id, event, day);

alter table profiles drop column place;
alter table event_days drop constraint event_days_profile_fkey;
alter table event_days alter column user_id type text collate "default";
alter table profiles alter column user_id type text collate "default";
alter table event_days add constraint event_days_profile_fkey foreign key (environment_id, user_id)
    references profiles (environment_id, user_id) on delete cascade;
alter table profiles add column place integer not null
    generated always as (('x' || substr(md5(user_id), 1, 8))::bit(32)::integer) stored;
create index profiles_by_place on profiles (environment_id, place);
