//! What is served follows what is stored, also where two changes come close together.

use flagstaff::{
    operations::{Actor, OperationError, access::sdk_keys},
    store::{self, Store},
};
use serde_json::json;
use uuid::Uuid;

use super::{Postgres, Process, Proxy, app::PLAYLIST};
use crate::support::{TestFolder, eventually};

fn revoke_all_keys(database_url: &str) {
    let revoked = Store::new(database_url).write(|conn| {
        let keys: Vec<Uuid> = store::sdk_keys::live(conn)?.into_iter().map(|key| key.id).collect();
        for key in keys {
            sdk_keys::revoke(conn, &Actor::command_line(), key)?;
        }
        Ok::<_, OperationError>(())
    });
    revoked.unwrap();
}

#[test]
fn a_key_that_is_revoked_while_another_change_is_being_loaded_is_refused_all_the_same() {
    let (postgres, data) = (Postgres::start(), TestFolder::new());
    let proxy = Proxy::to(postgres.url());
    let process = Process::start(Some(&proxy.url()), &data, &["--demo"]);
    let demo = process.demo();
    let app = process.client().with_header("x-api-key", &demo.client_key);
    app.post(PLAYLIST, &json!({"user_id": "u"})).expect(200);

    let url = postgres.url().to_owned();
    proxy.before("REPEATABLE READ", move || revoke_all_keys(&url));
    let flag = "/api/v1/feature-flags/automatic-playlist";
    let body = json!({"environment": "production"});
    process.admin(&demo).post(&format!("{flag}/disable"), &body).expect(200);
    eventually("the revoked key is refused", || {
        (app.post(PLAYLIST, &json!({"user_id": "u"})).status == 401).then_some(())
    });
    process.stop();
}
