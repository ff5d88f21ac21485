drop view holding_versions;
drop table switch_changes;
drop table switches;
drop table publications;
