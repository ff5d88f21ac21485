use flagstaff::domain::experience::{Kind, Status};
use flagstaff::operations::archiving::{self, Archive};
use flagstaff::operations::{experiences, flags};
use flagstaff::store::standings::{ExperienceFilter, StatusFilter};
use flagstaff::store::{PageRequest, Sort};
use serde_json::json;

use super::fixture::{Fixture, on_for_all};

#[test]
fn an_experience_is_found_by_its_id_its_key_and_its_slug() {
    let fixture = Fixture::new();
    fixture.key("auto_playlist");
    let flag = fixture.flag("Playlists", &on_for_all("auto_playlist"));
    let find = |reference: &str| {
        fixture.run(|conn| {
            let (project, kind) = (fixture.project_id, Kind::FeatureFlag);
            experiences::find(conn, &fixture.vic, project, kind, reference)
        })
    };
    for reference in [flag.id.to_string().as_str(), "auto_playlist", "playlists"] {
        assert_eq!(find(reference).unwrap().experience.id, flag.id, "{reference}");
    }
    assert!(find("nowhere").is_err());
    let order = Archive { experience_id: flag.id, turn_off: false, despite_deliveries: false };
    fixture.run(|conn| archiving::archive(conn, &fixture.pia, &order)).unwrap();
    assert_eq!(find("auto_playlist").unwrap().experience.id, flag.id);
    let other = Fixture::new();
    let stranger = fixture.run(|conn| {
        let reference = flag.id.to_string();
        experiences::find(conn, &other.vic, fixture.project_id, Kind::FeatureFlag, &reference)
    });
    assert!(stranger.is_err());
}

#[test]
fn a_list_says_where_each_experience_stands() {
    let fixture = Fixture::new();
    fixture.key("a");
    let flag = fixture.flag("A", &on_for_all("a"));
    fixture.flag("B", &json!({}));
    fixture.publish(&fixture.pia, &flag, &fixture.staging, 1).unwrap();
    let filter = ExperienceFilter {
        project_id: fixture.project_id,
        kind: None,
        search: None,
        tag: None,
        owner_id: None,
        segment_id: None,
        status: StatusFilter::NotArchived,
        stale: None,
    };
    let page = PageRequest { after: None, limit: 50 };
    let rows = fixture
        .run(|conn| experiences::list(conn, &fixture.vic, &filter, Sort::Name.into(), page))
        .unwrap()
        .items;
    let statuses: Vec<Vec<Status>> =
        rows.iter().map(|row| row.places.iter().map(|place| place.status).collect()).collect();
    assert_eq!(statuses, [vec![Status::Draft, Status::Live], vec![Status::Draft, Status::Draft]]);
    let shown = fixture.run(|conn| {
        flags::list(conn, &fixture.vic, fixture.staging.id, &filter, Sort::Name.into(), page)
    });
    let live: Vec<Option<i32>> = shown.unwrap().items.iter().map(|f| f.live_version()).collect();
    assert_eq!(live, [Some(1), None]);
}
