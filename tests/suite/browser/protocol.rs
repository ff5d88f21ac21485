//! The DevTools protocol, over the pipe to a browser: commands with their replies, and events.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Write},
    process::{ChildStdin, ChildStdout},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
        mpsc::{self, Receiver, Sender},
    },
    thread,
    time::Duration,
};

use serde_json::{Value as Json, json};

/// How long a command may take on a machine that has much else to do.
const LIMIT: Duration = Duration::from_secs(60);

/// Something that happened in a tab.
pub struct Event {
    pub method: String,
    pub params: Json,
}

/// What a command brought, or why it was refused.
type Reply = Result<Json, String>;

/// A line to a browser.
pub struct Protocol {
    commands: Mutex<ChildStdin>,
    listeners: Arc<Mutex<Listeners>>,
    last_id: AtomicU64,
}

/// Who waits for what comes from the browser. Once it is gone, nobody does.
#[derive(Default)]
struct Listeners {
    replies: HashMap<u64, Sender<Reply>>,
    tabs: HashMap<String, Sender<Event>>,
}

impl Protocol {
    /// Speaks through those pipes; messages end with a zero byte.
    pub fn new(commands: ChildStdin, messages: ChildStdout) -> Protocol {
        let listeners = Arc::new(Mutex::new(Listeners::default()));
        let hearing = listeners.clone();
        thread::spawn(move || {
            for message in BufReader::new(messages).split(0) {
                let Ok(message) = message else { break };
                let message = serde_json::from_slice(&message).expect("a message of the protocol");
                hearing.lock().unwrap().hear(message);
            }
            *hearing.lock().unwrap() = Listeners::default();
        });
        Protocol { commands: Mutex::new(commands), listeners, last_id: AtomicU64::new(0) }
    }

    /// Sends a command, to the browser or to a tab, and waits for the reply.
    pub fn call(&self, tab: Option<&str>, method: &str, params: Json) -> Reply {
        let reply = self.begin(tab, method, params);
        match reply.recv_timeout(LIMIT) {
            Ok(reply) => reply,
            Err(_) => Err("no reply within a minute, or the browser is gone".to_owned()),
        }
    }

    /// Sends a command whose reply may wait for something else to be done.
    pub fn begin(&self, tab: Option<&str>, method: &str, params: Json) -> Receiver<Reply> {
        let id = self.last_id.fetch_add(1, Ordering::Relaxed) + 1;
        let (sender, reply) = mpsc::channel();
        self.listeners.lock().unwrap().replies.insert(id, sender);
        let mut command = json!({"id": id, "method": method, "params": params});
        if let Some(tab) = tab {
            command["sessionId"] = json!(tab);
        }
        let mut bytes = command.to_string().into_bytes();
        bytes.push(0);
        let _ = self.commands.lock().unwrap().write_all(&bytes);
        reply
    }

    /// What happens in a tab from now on.
    pub fn events_of(&self, tab: &str) -> Receiver<Event> {
        let (sender, events) = mpsc::channel();
        self.listeners.lock().unwrap().tabs.insert(tab.to_owned(), sender);
        events
    }

    /// No longer listens to a tab.
    pub fn forget(&self, tab: &str) {
        self.listeners.lock().unwrap().tabs.remove(tab);
    }
}

impl Listeners {
    fn hear(&mut self, mut message: Json) {
        if let Some(id) = message["id"].as_u64() {
            let reply = match message.get("error") {
                Some(error) => Err(error["message"].as_str().unwrap_or_default().to_owned()),
                None => Ok(message["result"].take()),
            };
            if let Some(waiting) = self.replies.remove(&id) {
                let _ = waiting.send(reply);
            }
            return;
        }
        let tab = message["sessionId"].as_str().and_then(|tab| self.tabs.get(tab));
        if let Some(tab) = tab {
            let method = message["method"].as_str().unwrap_or_default().to_owned();
            let _ = tab.send(Event { method, params: message["params"].take() });
        }
    }
}
