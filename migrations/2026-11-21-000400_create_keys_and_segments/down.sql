drop table segment_members;
drop table segment_revisions;
drop table segments;
drop table key_revisions;
drop table keys;
drop function refuse_key_identity_change();
