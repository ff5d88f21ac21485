-- What evaluations teach about who is there: nothing, the attributes that conditions use, or all.
alter table environments add column teaches text not null default 'used';
alter table environments add constraint environments_teaches_known
    check (teaches in ('nothing', 'used', 'everything'));

-- A number drawn from the user's id: those with the smallest places are a fair sample of all. It
-- is worked out here, so that profiles from before have theirs too. The right halves of md5 are as
-- even as any.
alter table profiles add column place integer not null
    generated always as (('x' || substr(md5(user_id), 1, 8))::bit(32)::integer) stored;
create index profiles_by_place on profiles (environment_id, place);
