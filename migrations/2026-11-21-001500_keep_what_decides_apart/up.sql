-- What decides, and what is only reported by client keys, are kept in rows of their own: a public
-- key must neither use up the ids of a server's events nor hide its days among a million others.

-- Users in the order of their bytes, whatever the language of the database: so the ids that start
-- with a text stand together, and rows are always locked in the same order. The place is worked out
-- from the id, so it goes and comes back.
alter table profiles drop column place;
alter table event_days drop constraint event_days_profile_fkey;
alter table profiles alter column user_id type text collate "C";
alter table event_days alter column user_id type text collate "C";
alter table profiles add column place integer not null
    generated always as (('x' || substr(md5(user_id), 1, 8))::bit(32)::integer) stored;
create index profiles_by_place on profiles (environment_id, place);

alter table event_days add column decides boolean not null default true;
alter table event_days drop constraint event_days_pkey;
alter table event_days add constraint event_days_pkey
    primary key (environment_id, user_id, decides, event, day);
alter table event_days add constraint event_days_profile_fkey foreign key (environment_id, user_id)
    references profiles (environment_id, user_id) on delete cascade;
insert into event_days (environment_id, user_id, decides, event, day, times)
    select environment_id, user_id, false, event, day, reported from event_days where reported > 0;
delete from event_days where decides and times = 0;
alter table event_days drop column reported;
alter table event_days alter column decides drop default;

-- Nobody knows who sent the ids that are there, so they are taken for both.
alter table event_ids add column decides boolean not null default true;
alter table event_ids drop constraint event_ids_pkey;
alter table event_ids add constraint event_ids_pkey primary key (environment_id, decides, id);
insert into event_ids (environment_id, decides, id, taken_on)
    select environment_id, false, id, taken_on from event_ids;
alter table event_ids alter column decides drop default;

-- Whether anything was ever stored about a user that decides. Where there are too many users, those
-- about whom nothing was leave first: a public key that invents users drives out no real one.
alter table profiles add column decides boolean not null default false;
update profiles set decides = true where properties <> '{}' or exists (
    select from event_days
    where event_days.environment_id = profiles.environment_id
      and event_days.user_id = profiles.user_id and event_days.decides);
