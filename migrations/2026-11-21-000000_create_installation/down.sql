drop function refuse_change();
drop table installation;
