drop table property_names;
drop table event_ids;
drop table event_days;
drop table profiles;
alter table environments drop column client_events_decide;
