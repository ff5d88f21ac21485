drop index profiles_by_place;
alter table profiles drop column place;
alter table environments drop column teaches;
