drop table key_holders;
drop table version_segments;
drop table version_keys;
drop table version_rows;
drop table versions;
drop table experiences;
