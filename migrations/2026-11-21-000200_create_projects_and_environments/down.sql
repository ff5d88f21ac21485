drop table memberships;
drop table environments;
drop table projects;
