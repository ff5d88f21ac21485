//! Publishing, with everything that can die dying at every step of it.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use rustix::process::{Signal, kill_process};

use super::{
    Demo, Moment, Postgres, Process, Proxy,
    journal::{Journal, check_that_nothing_is_half},
};
use crate::{
    embedded_postgres::kill_server,
    support::{Answer, Client, TestFolder, eventually},
};

/// Flagstaff with the demonstration, on a Postgres at the end of a wire.
struct Scene {
    process: Process,
    demo: Demo,
    proxy: Proxy,
    data: TestFolder,
    postgres: Postgres,
}

impl Scene {
    fn begin() -> Scene {
        let (postgres, data) = (Postgres::start(), TestFolder::new());
        let proxy = Proxy::to(postgres.url());
        let process = Process::start(Some(&proxy.url()), &data, &["--demo"]);
        let demo = process.demo();
        Scene { process, demo, proxy, data, postgres }
    }

    fn start_again(&mut self) -> Client {
        self.process.kill();
        self.process = Process::start(Some(&self.proxy.url()), &self.data, &[]);
        self.process.admin(&self.demo)
    }

    /// Publishes while the wire is cut at one step after the other, from the first to the last.
    /// `and_then` does what comes with a cut, `repair` mends it.
    fn publish_cut_at_every(
        &mut self,
        stride: usize,
        journal: &mut Journal,
        and_then: impl Fn(&Scene) -> Box<dyn Fn() + Send>,
        repair: impl Fn(&mut Scene) -> Client,
    ) {
        let mut admin = self.process.admin(&self.demo);
        for moment in [Moment::Before, Moment::AfterReply] {
            let mut step = 1;
            loop {
                self.proxy.cut_at(step, moment, and_then(self));
                let answer = journal.publish(&admin);
                let Some(cut) = self.proxy.cut() else {
                    assert_eq!(answer.unwrap().status, 200);
                    break;
                };
                if let Some(answer) = answer.filter(|answer| answer.status != 200) {
                    check_refusal(&answer, cut.was_commit);
                }
                admin = repair(self);
                step += stride;
            }
            assert!(step > 20, "a publication takes more steps than {step}");
        }
        journal.check(&self.postgres);
        check_that_nothing_is_half(&self.postgres);
    }
}

/// A client is told whether to look before it tries again.
fn check_refusal(answer: &Answer, was_commit: bool) {
    let problem = answer.expect(503);
    let detail = problem["detail"].as_str().unwrap();
    assert_eq!(detail.contains("may have been saved or not"), was_commit, "{detail}");
    assert_eq!(answer.header("retry-after").is_none(), was_commit);
}

#[test]
fn a_connection_that_breaks_at_any_step_of_publishing_leaves_all_of_it_or_nothing() {
    let mut scene = Scene::begin();
    let mut journal = Journal::begin(&scene.process.admin(&scene.demo), "cut");
    let admin = scene.process.admin(&scene.demo);
    scene.publish_cut_at_every(1, &mut journal, |_| Box::new(|| {}), |_| admin.clone());
}

#[test]
fn flagstaff_killed_at_any_step_of_publishing_leaves_all_of_it_or_nothing() {
    let mut scene = Scene::begin();
    let mut journal = Journal::begin(&scene.process.admin(&scene.demo), "killed");
    let kill = |scene: &Scene| -> Box<dyn Fn() + Send> {
        let pid = scene.process.pid();
        Box::new(move || kill_process(pid, Signal::KILL).unwrap())
    };
    scene.publish_cut_at_every(7, &mut journal, kill, Scene::start_again);
}

#[test]
fn postgres_killed_at_any_step_of_publishing_leaves_all_of_it_or_nothing() {
    let mut scene = Scene::begin();
    let admin = scene.process.admin(&scene.demo);
    let mut journal = Journal::begin(&admin, "died");
    let kill = |scene: &Scene| -> Box<dyn Fn() + Send> {
        let folder = scene.postgres.folder().to_owned();
        Box::new(move || {
            kill_server(&folder);
        })
    };
    let revive = |scene: &mut Scene| {
        scene.postgres.revive();
        wait_for_management(&admin);
        admin.clone()
    };
    scene.publish_cut_at_every(7, &mut journal, kill, revive);
}

fn wait_for_management(admin: &Client) {
    eventually("management works", || {
        (admin.get("/api/v1/feature-flags").status == 200).then_some(())
    });
}

/// Publishes until something has died and been noticed.
fn publish_while_alive(journal: &mut Journal, admin: &Client, died: &AtomicBool) {
    while journal.publish(admin).is_some_and(|answer| answer.status == 200)
        && !died.load(Ordering::SeqCst)
    {}
}

#[test]
fn several_clients_lose_nothing_while_flagstaff_and_postgres_are_killed_in_turn() {
    let mut scene = Scene::begin();
    let admin = scene.process.admin(&scene.demo);
    let mut journals: Vec<_> =
        (1..=3).map(|n| Journal::begin(&admin, &format!("busy-{n}"))).collect();
    for round in 0..8 {
        let here = admin.at(&scene.process.address());
        let died = AtomicBool::new(false);
        thread::scope(|scope| {
            for journal in &mut journals {
                scope.spawn(|| publish_while_alive(journal, &here, &died));
            }
            // Each time at another moment of what is going on.
            thread::sleep(Duration::from_millis(rand::random_range(20..400)));
            match round % 2 {
                0 => scene.process.kill(),
                _ => {
                    kill_server(scene.postgres.folder());
                }
            }
            died.store(true, Ordering::SeqCst);
        });
        match round % 2 {
            0 => drop(scene.start_again()),
            _ => scene.postgres.revive(),
        }
        wait_for_management(&admin.at(&scene.process.address()));
    }
    let admin = admin.at(&scene.process.address());
    for journal in &mut journals {
        journal.publish(&admin).unwrap().expect(200);
        journal.check(&scene.postgres);
    }
    check_that_nothing_is_half(&scene.postgres);
}
