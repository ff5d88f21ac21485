drop table version_shares;
drop table version_outcomes;
drop table key_deliveries;
