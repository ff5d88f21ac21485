-- The segments that are lists. A change of a list locks its row here long before it locks what
-- others wait for, so that the writing of a million users holds up nobody but other changes of it.
create table segment_lists (
    segment_id uuid not null,
    constraint segment_lists_pkey primary key (segment_id),
    constraint segment_lists_segment_fkey foreign key (segment_id) references segments (id)
);

-- Who was in a list from which revision on, and up to which one: any revision can be told again.
-- No foreign key: looking up a million of them would take longer than everything else.
create table segment_list_members (
    segment_id uuid not null,
    user_id text collate "C" not null,
    added_in integer not null,
    removed_in integer,
    constraint segment_list_members_pkey primary key (segment_id, user_id, added_in),
    constraint segment_list_members_user_id_length check (octet_length(user_id) between 1 and 1024),
    constraint segment_list_members_in_order check (removed_in > added_in)
);

-- What a revision of a list did.
create table segment_list_revisions (
    segment_id uuid not null,
    number integer not null,
    change text not null,
    members integer not null,
    added integer not null,
    removed integer not null,
    constraint segment_list_revisions_pkey primary key (segment_id, number),
    constraint segment_list_revisions_revision_fkey foreign key (segment_id, number)
        references segment_revisions (segment_id, number),
    constraint segment_list_revisions_change_known
        check (change in ('create', 'replace', 'add', 'restore', 'copy')),
    constraint segment_list_revisions_members_limit check (members between 0 and 1000000)
);
create trigger segment_list_revisions_immutable before update or delete on segment_list_revisions
    for each row execute function refuse_change();
create trigger segment_list_revisions_not_truncated before truncate on segment_list_revisions
    for each statement execute function refuse_change();
