//! What a client was told of its publications, against what Postgres has of them.

use serde_json::json;

use super::Postgres;
use crate::support::{Answer, Client};

const FLAGS: &str = "/api/v1/feature-flags";

/// One flag, published again and again, each time under another note.
pub struct Journal {
    flag: String,
    tried: Vec<String>,
    acknowledged: Vec<String>,
}

impl Journal {
    /// Makes the flag, and publishes it for the first time.
    pub fn begin(admin: &Client, flag: &str) -> Journal {
        let new = json!({"key": flag, "status": "ACTIVE", "rollout_percentage": 0, "note": flag});
        admin.post(FLAGS, &new).expect(201);
        let first = vec![flag.to_owned()];
        Journal { flag: flag.to_owned(), tried: first.clone(), acknowledged: first }
    }

    /// Saves another version and publishes it, in one request; no answer when the server dies.
    pub fn publish(&mut self, admin: &Client) -> Option<Answer> {
        let number = self.tried.len();
        let note = format!("{} {number}", self.flag);
        self.tried.push(note.clone());
        // In hundredths of a percent, so that each version says something else.
        let edit = json!({"rollout_percentage": number as f64 / 100.0, "note": note});
        let admin = admin.with_header("content-type", "application/json");
        let path = format!("{FLAGS}/{}", self.flag);
        let answer = admin.try_send("PUT", &path, Some(edit.to_string().as_bytes())).ok()?;
        assert!(matches!(answer.status, 200 | 503), "{}", answer.text);
        if answer.status == 200 {
            self.acknowledged.push(note);
        }
        Some(answer)
    }

    /// What was acknowledged is there, once; what was not is there once or not at all.
    pub fn check(&self, postgres: &Postgres) {
        let published = postgres.lines(&format!(
            "select publications.note as line from publications \
             join experiences on experiences.id = experience_id where slug = '{}'",
            self.flag
        ));
        let times = |note: &String| published.iter().filter(|found| *found == note).count();
        for note in &self.acknowledged {
            assert_eq!(times(note), 1, "acknowledged: {note}");
        }
        for note in &self.tried {
            assert!(times(note) <= 1, "published {} times: {note}", times(note));
        }
    }
}

/// Half of a publication, in every way that there could be one; each query finds none.
const HALVES: [(&str, &str); 9] = [
    (
        "a publication without its audit entry",
        "select note as line from publications where not exists (select from audit_log \
         where action = 'experience.publish' and after #>> '{live,publication}' = publications.id::text)",
    ),
    (
        "an audit entry without its publication",
        "select object_name as line from audit_log where action = 'experience.publish' \
         and not exists (select from publications where id::text = after #>> '{live,publication}')",
    ),
    (
        "a version without its rows",
        "select note as line from versions where jsonb_array_length(content -> 'rows') \
         <> (select count(*) from version_rows where version_id = versions.id)",
    ),
    (
        "a version without its keys",
        "select note as line from versions where jsonb_array_length(content -> 'keys') \
         <> (select count(*) from version_keys where version_id = versions.id and purpose = 'gives')",
    ),
    (
        "a version without its audit entry",
        "select note as line from versions where number > 1 and not exists (select from audit_log \
         where object_id = experience_id::text and after ? 'definition' \
         and after ->> 'version' = versions.number::text)",
    ),
    (
        "numbers of versions with a gap",
        "select slug as line from experiences where newest_version <> (select count(*) \
         from versions where experience_id = experiences.id)",
    ),
    (
        "two active publications, or none after the first",
        "select experience_id::text as line from publications group by experience_id, \
         environment_id having count(*) filter (where ended_at is null) <> 1",
    ),
    (
        "a publication without a switch",
        "select note as line from publications where not exists (select from switches \
         where switches.experience_id = publications.experience_id \
         and switches.environment_id = publications.environment_id)",
    ),
    (
        "a key whose holder is not who should hold it",
        "select coalesce(held.key_id, should.key_id)::text as line from key_holders held \
         full join (select distinct key_id, experience_id from holding_versions \
         join version_keys using (version_id) where purpose = 'gives') should \
         on should.key_id = held.key_id and should.experience_id = held.experience_id \
         where held.key_id is null or should.key_id is null",
    ),
];

/// Makes sure that nothing in the database is half of something.
pub fn check_that_nothing_is_half(postgres: &Postgres) {
    for (what, sql) in HALVES {
        let found = postgres.lines(sql);
        assert!(found.is_empty(), "{what}: {found:?}");
    }
}
