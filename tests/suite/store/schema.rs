//! `schema.rs` is written by hand; here it is held against the tables that the migrations make.

use std::{collections::BTreeMap, fs, path::Path};

use diesel::{prelude::*, sql_types::Text};

use crate::support::TestDatabase;

/// Tables and their columns with the types of diesel.
type Tables = BTreeMap<String, BTreeMap<String, String>>;

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
    #[diesel(sql_type = Text)]
    type_name: String,
    #[diesel(sql_type = Text)]
    is_nullable: String,
}

#[test]
fn the_schema_is_what_the_migrations_make() {
    let (written, made) = (written(), made());
    assert_eq!(written.keys().collect::<Vec<_>>(), made.keys().collect::<Vec<_>>());
    for (table, columns) in &made {
        assert_eq!(&written[table], columns, "{table}");
    }
}

/// What `table!` says.
fn written() -> Tables {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/schema.rs");
    let text = fs::read_to_string(path).unwrap();
    let mut tables = Tables::new();
    for block in text.split("diesel::table! {").skip(1) {
        let block = block.split("\n}\n").next().unwrap();
        let name = block.split_whitespace().next().unwrap();
        let columns = block.lines().filter_map(|line| line.trim().split_once(" -> "));
        let columns = columns.map(|(column, of)| (column.into(), of.trim_end_matches(',').into()));
        tables.insert(name.into(), columns.collect());
    }
    tables
}

/// What the database says. The partitions of a table are its own affair, and Postgres knows of no
/// column of a view that it is never null.
fn made() -> Tables {
    let rows: Vec<Column> = diesel::sql_query(
        "select c.relname::text as table_name, a.attname::text as column_name, \
                t.typname::text as type_name, \
                case when a.attnotnull or c.relkind = 'v' then 'no' else 'yes' end as is_nullable \
         from pg_class c \
         join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped \
         join pg_type t on t.oid = a.atttypid \
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v') \
           and not c.relispartition and c.relname <> '__diesel_schema_migrations'",
    )
    .load(&mut TestDatabase::new().connection())
    .unwrap();
    let mut tables = Tables::new();
    for row in rows {
        let plain = diesel_name(&row.type_name);
        let of = if row.is_nullable == "yes" { format!("Nullable<{plain}>") } else { plain.into() };
        tables.entry(row.table_name).or_default().insert(row.column_name, of);
    }
    tables
}

fn diesel_name(type_name: &str) -> &str {
    match type_name {
        "bool" => "Bool",
        "bytea" => "Binary",
        "date" => "Date",
        "int2" => "SmallInt",
        "int4" => "Integer",
        "int8" => "BigInt",
        "jsonb" => "Jsonb",
        "text" => "Text",
        "_int8" => "Array<BigInt>",
        "_text" => "Array<Text>",
        "timestamptz" => "Timestamptz",
        "uuid" => "Uuid",
        other => panic!("no name for {other}"),
    }
}
