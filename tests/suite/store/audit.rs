use flagstaff::store::audit::{self, ActorKind, AuditFilter, NewAuditEntry};
use serde_json::json;

use super::fixture::Fixture;

#[test]
fn the_log_is_read_backwards_page_by_page_and_filtered() {
    let mut fixture = Fixture::new();
    let (before, after) = (json!({"on": false}), json!({"on": true}));
    for n in 0..5 {
        let object_id = n.to_string();
        let entry = NewAuditEntry {
            project_id: Some(fixture.project.id),
            environment_id: Some(fixture.production.id),
            actor_kind: ActorKind::ApiToken,
            actor_id: None,
            actor_name: "ci",
            action: if n % 2 == 0 { "experience.publish" } else { "switch.off" },
            object_kind: "experience",
            object_id: &object_id,
            object_name: "Playlist",
            before: Some(&before),
            after: Some(&after),
            ip: Some("2001:db8::1"),
            request_id: Some("r-1"),
        };
        audit::append(&mut fixture.conn, &entry).unwrap();
    }
    let filter = AuditFilter { project_id: Some(fixture.project.id), ..AuditFilter::default() };
    let conn = &mut fixture.conn;
    let page = audit::list(conn, &filter, None, 2).unwrap();
    let rest = audit::list(conn, &filter, Some(page[1].id), 9).unwrap();
    let ids: Vec<_> = page.iter().chain(&rest).map(|entry| entry.object_id.as_str()).collect();
    assert_eq!(ids, ["4", "3", "2", "1", "0"]);
    assert_eq!((page[0].actor_kind, page[0].after.as_ref()), (ActorKind::ApiToken, Some(&after)));
    let published = AuditFilter { action: Some("experience.publish"), ..filter };
    assert_eq!(audit::list(conn, &published, None, 9).unwrap().len(), 3);
    let one = AuditFilter { object_kind: Some("experience"), object_id: Some("3"), ..filter };
    assert_eq!(audit::list(conn, &one, None, 9).unwrap().len(), 1);
}
