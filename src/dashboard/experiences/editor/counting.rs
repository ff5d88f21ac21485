//! Who would get what of an editor says, counted among the known users.

use super::{around::Around, entered::Entered};
use crate::{
    dashboard::{
        ProjectMember,
        experiences::reach::{self, Draught, ReachView},
    },
    operations::{OperationError, content_reach::NewKey},
    population::Population,
    store::{Connection, experiences::Experience},
};

/// What stands there until it is counted.
pub const COUNTING: &str = "Counting…";

/// Counts it; of what is not sound it says so.
///
/// # Errors
/// Those of the database.
pub fn count(
    conn: &mut Connection,
    population: &Population,
    member: &ProjectMember,
    experience: Option<&Experience>,
    entered: &Entered,
    around: &Around,
) -> Result<ReachView, OperationError> {
    let (content, problems) = entered.read(around);
    if let Some(problem) = problems.first() {
        return Ok(ReachView::uncounted(format!("Not counted yet: {}", problem.message)));
    }
    let new = around.served.named().filter(|column| column.is_new);
    let new_keys: Vec<NewKey<'_>> = new
        .map(|column| NewKey {
            name: &column.name,
            value_type: column.value_type,
            default_value: &column.default,
        })
        .collect();
    let draught =
        Draught { kind: entered.kind, experience, content: &content, new_keys: &new_keys };
    reach::view(conn, population, member, draught)
}
