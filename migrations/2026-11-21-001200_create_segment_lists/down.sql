drop table segment_list_revisions;
drop table segment_list_members;
drop table segment_lists;
