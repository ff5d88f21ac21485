//! Somebody at a browser: what they do, in the words in which one would say it.

use std::{
    cell::{RefCell, RefMut},
    fs,
    path::PathBuf,
    sync::mpsc::RecvTimeoutError,
    thread,
    time::{Duration, Instant},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value as Json, json};

use super::{
    chromium::Chromium,
    keyboard,
    observed::{CAUGHT, Observed},
};
use crate::support::target_folder;

/// How long somebody looks for something before they take it for missing.
const PATIENCE: Duration = Duration::from_secs(20);

/// Done in every page before its own scripts: tells of a script that was smuggled in.
const TRAP: &str = "window.__x = (what) => window.caught(String(what ?? ''));";

/// A person with a browser of their own: no cookie of it is another's.
pub struct Visitor {
    base: String,
    context: String,
    tab: String,
    observed: RefCell<Observed>,
    expected: RefCell<Vec<&'static str>>,
    has_scripts: bool,
}

impl Visitor {
    /// Opens a browser with an empty page; `base` is where the product is.
    pub fn of(base: &str) -> Visitor {
        Visitor::with(base, true)
    }

    /// The same with scripts switched off.
    pub fn without_scripts(base: &str) -> Visitor {
        Visitor::with(base, false)
    }

    fn with(base: &str, has_scripts: bool) -> Visitor {
        let chromium = Chromium::get();
        let made = |reply: Json, name: &str| reply[name].as_str().unwrap().to_owned();
        let context = chromium.call("Target.createBrowserContext", json!({}));
        let context = made(context, "browserContextId");
        let target = json!({"url": "about:blank", "browserContextId": context});
        let target = made(chromium.call("Target.createTarget", target), "targetId");
        let attach = json!({"targetId": target, "flatten": true});
        let tab = made(chromium.call("Target.attachToTarget", attach), "sessionId");
        let visitor = Visitor {
            base: base.to_owned(),
            observed: RefCell::new(Observed::of(&tab)),
            expected: RefCell::default(),
            context,
            tab,
            has_scripts,
        };
        for domain in ["Page", "Runtime", "Network", "Log", "DOM"] {
            visitor.call(&format!("{domain}.enable"), json!({}));
        }
        visitor.call("Runtime.addBinding", json!({"name": CAUGHT}));
        visitor.call("Page.addScriptToEvaluateOnNewDocument", json!({"source": TRAP}));
        if !has_scripts {
            visitor.call("Emulation.setScriptExecutionDisabled", json!({"value": true}));
        }
        visitor.looks("light", 1280);
        visitor
    }

    /// Looks at pages in that colour scheme and width. Nothing moves by itself.
    pub fn looks(&self, scheme: &str, width: u32) {
        let features = json!([{"name": "prefers-color-scheme", "value": scheme},
                              {"name": "prefers-reduced-motion", "value": "reduce"}]);
        self.call("Emulation.setEmulatedMedia", json!({"features": features}));
        let size = json!({"width": width, "height": 860, "deviceScaleFactor": 1, "mobile": false});
        self.call("Emulation.setDeviceMetricsOverride", size);
        self.waits_for_pictures();
    }

    /// Waits until what was changed is seen: pages are drawn, and hear of the pointer, by the frame.
    pub fn waits_for_pictures(&self) {
        if self.has_scripts {
            let two = "new Promise((done) => requestAnimationFrame(() => \
                       requestAnimationFrame(() => done(1))))";
            self.asks(two);
        }
    }

    /// Comes with that cookie.
    pub fn carries(&self, name: &str, value: &str) {
        let cookie = json!({"name": name, "value": value, "url": self.base, "httpOnly": true});
        self.call("Network.setCookie", cookie);
    }

    /// Loses the cookie of that name.
    pub fn loses(&self, name: &str) {
        self.call("Network.deleteCookies", json!({"name": name, "url": self.base}));
    }

    /// Goes to an address of the product.
    pub fn open(&self, path: &str) {
        self.visits(&format!("{}{path}", self.base));
    }

    /// Goes to any address.
    pub fn visits(&self, url: &str) {
        self.call("Page.navigate", json!({"url": url}));
        self.settle();
    }

    /// Goes to an address, as far as the page lets them.
    pub fn tries_to_leave_for(&self, path: &str) {
        let url = json!({"url": format!("{}{path}", self.base)});
        let _reply = Chromium::get().protocol.begin(Some(&self.tab), "Page.navigate", url);
        self.until("the page asks whether to leave it", || match self.observed().asks_to_leave() {
            true => Ok(()),
            false => Err("it did not".to_owned()),
        });
    }

    /// Answers the question of the browser whether to leave a page.
    pub fn answers_leave(&self, leave: bool) {
        self.observed().was_answered();
        self.call("Page.handleJavaScriptDialog", json!({"accept": leave}));
        self.settle();
    }

    /// Presses the button of the browser that goes back.
    pub fn goes_back(&self) {
        let history = self.call("Page.getNavigationHistory", json!({}));
        let at = history["currentIndex"].as_u64().unwrap() as usize;
        let entry = &history["entries"][at - 1]["id"];
        self.call("Page.navigateToHistoryEntry", json!({"entryId": entry}));
        self.settle();
    }

    /// Presses a key, or several at once such as `Shift+Tab`.
    pub fn presses(&self, keys: &str) {
        for event in keyboard::press(keys) {
            self.call("Input.dispatchKeyEvent", event);
        }
        self.settle();
    }

    /// Pastes a text where the focus is, as it comes from another program.
    pub fn pastes(&self, text: &str) {
        let copy = format!(
            "(() => {{ const before = document.activeElement, t = document.createElement('textarea'); \
             t.value = {}; document.body.append(t); t.select(); \
             const done = document.execCommand('copy'); t.remove(); before.focus(); return done }})()",
            json!(text)
        );
        let copy = json!({"expression": copy, "returnByValue": true, "userGesture": true});
        assert_eq!(outcome(self.call("Runtime.evaluate", copy)), Ok(json!(true)));
        let mut press = keyboard::press("Control+v");
        press[0]["commands"] = json!(["paste"]);
        for event in press {
            self.call("Input.dispatchKeyEvent", event);
        }
        self.settle();
    }

    /// Waits until the page shows a text.
    pub fn sees(&self, text: &str) {
        self.until(&format!("“{text}” is on the page"), || {
            let shown = self.text();
            if shown.contains(text) { Ok(()) } else { Err(format!("it shows: {shown}")) }
        });
    }

    /// Waits until the page shows a text no more.
    pub fn sees_no(&self, text: &str) {
        self.until(&format!("“{text}” is gone"), || match self.text().contains(text) {
            true => Err("it is there".to_owned()),
            false => Ok(()),
        });
    }

    /// Waits until a screen reader was told that.
    pub fn hears(&self, text: &str) {
        self.until(&format!("“{text}” is announced"), || {
            let said = self.script("document.getElementById('live')?.textContent ?? ''")?;
            let said = said.as_str().unwrap_or_default();
            if said.contains(text) { Ok(()) } else { Err(format!("said was: “{said}”")) }
        });
    }

    /// Waits until the address is that one.
    pub fn is_at(&self, path: &str) {
        self.until(&format!("the address is {path}"), || {
            let address = self.address();
            if address == path { Ok(()) } else { Err(format!("it is {address}")) }
        });
    }

    /// Where they are, without the scheme and the host.
    pub fn address(&self) -> String {
        let address = self.script("location.pathname + location.search");
        address.ok().and_then(|path| Some(path.as_str()?.to_owned())).unwrap_or_default()
    }

    /// All that is to be read on the page, in one line.
    pub fn text(&self) -> String {
        let text = self.script("document.body?.innerText ?? ''").unwrap_or_default();
        let words: Vec<&str> = text.as_str().unwrap_or_default().split_whitespace().collect();
        words.join(" ")
    }

    /// What a script finds out about the page.
    ///
    /// # Panics
    /// When it fails.
    pub fn asks(&self, script: &str) -> Json {
        self.script(script).unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    fn script(&self, script: &str) -> Result<Json, String> {
        let params = json!({"expression": script, "returnByValue": true, "awaitPromise": true});
        outcome(self.try_call("Runtime.evaluate", params)?)
    }

    /// Every request that was sent, as method and address.
    pub fn requests(&self) -> Vec<String> {
        self.observed().requests().to_vec()
    }

    /// Knows that the console will speak of this, and does not mind.
    pub fn expects(&self, part_of_a_line: &'static str) {
        self.expected.borrow_mut().push(part_of_a_line);
    }

    /// What the console complains of, what the policy for contents stopped, what ran that should
    /// not; since this was last asked.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = self.observed().take_problems();
        let expected = self.expected.borrow();
        problems.retain(|problem| !expected.iter().any(|part| problem.contains(part)));
        problems
    }

    /// Waits until nothing is on its way any more, and what came is in place.
    pub fn settle(&self) {
        self.until("the page is there", || {
            if self.observed().asks_to_leave() {
                return Ok(());
            }
            self.is_quiet()?;
            self.is_quiet()
        });
    }

    fn is_quiet(&self) -> Result<(), String> {
        // Whatever a click has begun comes before the next turn of the page's own clock.
        let turn = "new Promise((done) => setTimeout(() => done(document.readyState)))";
        let state = self.script(if self.has_scripts { turn } else { "document.readyState" })?;
        match state == "complete" && !self.observed().is_loading() {
            true => Ok(()),
            false => Err("it is loading".to_owned()),
        }
    }

    /// Asks again and again, for as long as somebody would look.
    pub fn until<T>(&self, what: &str, mut ask: impl FnMut() -> Result<T, String>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let error = match ask() {
                Ok(found) => return found,
                Err(error) => error,
            };
            let page = || self.script("location.href").unwrap_or_default();
            assert!(Instant::now() < deadline, "waited, but never: {what}; {error}; {}", page());
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn observed(&self) -> RefMut<'_, Observed> {
        let mut observed = self.observed.borrow_mut();
        observed.catch_up();
        observed
    }

    /// Says something to the tab.
    pub fn call(&self, method: &str, params: Json) -> Json {
        self.try_call(method, params).unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    /// The same, where the page may just be going away.
    pub fn try_call(&self, method: &str, params: Json) -> Result<Json, String> {
        let reply = Chromium::get().protocol.begin(Some(&self.tab), method, params);
        let deadline = Instant::now() + PATIENCE * 3;
        loop {
            match reply.recv_timeout(Duration::from_millis(20)) {
                Ok(reply) => return reply,
                Err(RecvTimeoutError::Disconnected) => return Err("the browser is gone".to_owned()),
                Err(RecvTimeoutError::Timeout) if Instant::now() > deadline => {
                    return Err("there is no reply".to_owned());
                }
                // Until it is answered, such a question keeps everything else waiting.
                Err(RecvTimeoutError::Timeout) if self.observed().asks_to_leave() => {
                    return Err("the page asks whether to leave it".to_owned());
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// Puts a picture of the page where a person can find it.
    fn take_picture(&self) -> Option<PathBuf> {
        let picture = self.try_call("Page.captureScreenshot", json!({})).ok()?;
        let bytes = STANDARD.decode(picture["data"].as_str()?).ok()?;
        let folder = target_folder().join("test-browser-failures");
        fs::create_dir_all(&folder).ok()?;
        let test = thread::current().name()?.replace("::", "-");
        let path = folder.join(format!("{test}-{}.png", &self.context[..4]));
        fs::write(&path, bytes).ok()?;
        Some(path)
    }
}

/// The value that a script has returned.
pub fn outcome(reply: Json) -> Result<Json, String> {
    match reply.get("exceptionDetails") {
        Some(error) => Err(error.to_string()),
        None => Ok(reply["result"].get("value").cloned().unwrap_or_default()),
    }
}

impl Drop for Visitor {
    fn drop(&mut self) {
        let failed = thread::panicking();
        if failed && let Some(path) = self.take_picture() {
            eprintln!("{} shows what the browser showed", path.display());
        }
        let problems = self.problems();
        let context = json!({"browserContextId": self.context});
        let _ = Chromium::get().protocol.call(None, "Target.disposeBrowserContext", context);
        assert!(failed || problems.is_empty(), "{problems:#?}");
    }
}
