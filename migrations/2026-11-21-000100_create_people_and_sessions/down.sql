drop table sessions;
drop table people;
