//! The whole database in one line, to show that nothing changed.

use diesel::{RunQueryDsl, pg::PgConnection, prelude::QueryableByName, sql_types::Text};

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Every table, with a hash over all its rows but for when something was used last.
pub fn fingerprint(conn: &mut PgConnection) -> Vec<String> {
    let tables: Vec<Line> = diesel::sql_query(
        "select format('select %L || '':'' || count(*) || '':'' || coalesce(md5(string_agg(row, \
         e''\\n'' order by row)), '''') as line from (select (to_jsonb(t) - ''last_used_at'' - \
         ''last_seen_at'')::text as row from %I t) rows', tablename, tablename) as line \
         from pg_tables where schemaname = 'public' order by tablename",
    )
    .load(conn)
    .unwrap();
    let all: Vec<String> = tables.into_iter().map(|table| format!("({})", table.line)).collect();
    let lines: Vec<Line> = diesel::sql_query(all.join(" union all ")).load(conn).unwrap();
    lines.into_iter().map(|line| line.line).collect()
}
