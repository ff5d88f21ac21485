//! What a tab did: what it asked for, what its console says, what ran that never should.

use std::{collections::HashMap, sync::mpsc::Receiver};

use serde_json::{Value as Json, json};

use super::{chromium::Chromium, protocol::Event};

/// The name under which scripts that were smuggled in tell of themselves.
pub const CAUGHT: &str = "caught";

/// What htmx says of requests that were given up for newer ones.
const GIVEN_UP: [&str; 2] = ["htmx:sendAbort", "htmx:afterRequest"];

/// What a tab did so far.
pub struct Observed {
    tab: String,
    events: Receiver<Event>,
    /// What is on its way, with the page that it is for.
    open: HashMap<String, String>,
    requests: Vec<String>,
    problems: Vec<String>,
    asks_to_leave: bool,
}

impl Observed {
    /// What happens in that tab from now on.
    pub fn of(tab: &str) -> Observed {
        Observed {
            tab: tab.to_owned(),
            events: Chromium::get().protocol.events_of(tab),
            open: HashMap::new(),
            requests: Vec::new(),
            problems: Vec::new(),
            asks_to_leave: false,
        }
    }

    /// Hears of everything that happened meanwhile.
    pub fn catch_up(&mut self) {
        while let Ok(Event { method, params }) = self.events.try_recv() {
            self.hear(&method, &params);
        }
    }

    fn hear(&mut self, method: &str, params: &Json) {
        let id = || params["requestId"].as_str().unwrap_or_default().to_owned();
        match method {
            "Network.requestWillBeSent" => self.request(id(), params),
            "Network.loadingFinished" | "Network.loadingFailed" => {
                self.open.remove(&id());
            }
            // What a page asked for that is gone comes no more.
            "Page.frameNavigated" => {
                let page = params["frame"]["loaderId"].as_str().unwrap_or_default();
                self.open.retain(|_, of| of == page);
            }
            "Log.entryAdded" if params["entry"]["level"] == "error" => {
                let entry = &params["entry"];
                let (text, url) = (entry["text"].as_str(), entry["url"].as_str());
                let line = format!("{} ({})", text.unwrap_or_default(), url.unwrap_or_default());
                self.problems.push(line);
            }
            "Runtime.consoleAPICalled" if params["type"] == "error" => {
                let line = format!("console: {}", params["args"]);
                // A newer request took the place of an older one.
                let is_given_up = GIVEN_UP.iter().any(|words| line.contains(words));
                if !is_given_up {
                    self.problems.push(line);
                }
            }
            "Runtime.exceptionThrown" => {
                self.problems.push(format!("exception: {}", params["exceptionDetails"]));
            }
            "Runtime.bindingCalled" if params["name"] == CAUGHT => {
                self.problems.push(format!("a script ran: {}", params["payload"]));
            }
            "Page.javascriptDialogOpening" => self.dialog(params),
            _ => {}
        }
    }

    fn request(&mut self, id: String, params: &Json) {
        let url = params["request"]["url"].as_str().unwrap_or_default();
        let method = params["request"]["method"].as_str().unwrap_or_default();
        self.requests.push(format!("{method} {url}"));
        if url.ends_with("/csp-report") {
            self.problems.push("the policy for contents was broken".to_owned());
        }
        // Others, such as reports, are nothing to wait for.
        if ["Document", "XHR", "Fetch"].iter().any(|kind| params["type"] == *kind) {
            let page = params["loaderId"].as_str().unwrap_or_default();
            self.open.insert(id, page.to_owned());
        }
    }

    /// A page may ask before it is left; any other dialog of a script is none of ours.
    fn dialog(&mut self, params: &Json) {
        if params["type"] == "beforeunload" {
            self.asks_to_leave = true;
            return;
        }
        self.problems.push(format!("a script opened a dialog: {params}"));
        let answer = json!({"accept": false});
        let _reply =
            Chromium::get().protocol.begin(Some(&self.tab), "Page.handleJavaScriptDialog", answer);
    }

    /// Whether pages or parts of them are still on their way.
    pub fn is_loading(&self) -> bool {
        !self.open.is_empty()
    }

    /// Whether the page asks if it may be left.
    pub fn asks_to_leave(&self) -> bool {
        self.asks_to_leave
    }

    /// That question was answered.
    pub fn was_answered(&mut self) {
        self.asks_to_leave = false;
    }

    /// Every request so far, as method and address.
    pub fn requests(&self) -> &[String] {
        &self.requests
    }

    /// What was wrong since this was last asked.
    pub fn take_problems(&mut self) -> Vec<String> {
        std::mem::take(&mut self.problems)
    }
}

impl Drop for Observed {
    fn drop(&mut self) {
        Chromium::get().protocol.forget(&self.tab);
    }
}
