//! The months that the counts of deliveries are stored by.

use chrono::{DateTime, Datelike, Months, NaiveDate, Utc};
use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::sql_types::Bool;
use diesel::{RunQueryDsl, select, sql_query};

use super::{Connection, StoreError};

/// Makes sure that the month of that moment and the next one have a partition of their own. Counts
/// of a month that has none are in the default partition, and move over. Belongs into
/// [`super::Store::write`].
///
/// # Errors
/// Those of the database.
pub fn ensure(conn: &mut Connection, around: DateTime<Utc>) -> Result<(), StoreError> {
    sql_query("select pg_advisory_xact_lock(hashtext('flagstaff_partitions'))").execute(conn)?;
    let Some(month) = around.date_naive().with_day(1) else {
        return Ok(());
    };
    for month in [Some(month), month.checked_add_months(Months::new(1))].into_iter().flatten() {
        ensure_month(conn, month)?;
    }
    Ok(())
}

/// The only values in these statements are a year and a month, as numbers.
fn ensure_month(conn: &mut Connection, month: NaiveDate) -> Result<(), StoreError> {
    let Some(next) = month.checked_add_months(Months::new(1)) else {
        return Ok(());
    };
    let table = format!("deliveries_minute_{:04}_{:02}", month.year(), month.month());
    let exists = select(sql::<Bool>(&format!("to_regclass('{table}') is not null")));
    if exists.get_result(conn)? {
        return Ok(());
    }
    let (from, to) = (format!("{month} 00:00:00+00"), format!("{next} 00:00:00+00"));
    conn.batch_execute(&format!(
        "create table {table} (like deliveries_minute including defaults including constraints);
         with moved as (
             delete from deliveries_minute_default
             where minute >= '{from}' and minute < '{to}' returning *
         )
         insert into {table} select * from moved;
         alter table deliveries_minute attach partition {table}
             for values from ('{from}') to ('{to}');"
    ))?;
    Ok(())
}
