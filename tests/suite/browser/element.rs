//! Parts of pages, found as somebody who can't see would find them: by their names.

use serde_json::{Value as Json, json};

use super::visitor::{Visitor, outcome};

const CLICKABLE: [&str; 10] = [
    "button",
    "link",
    "menuitem",
    "menuitemradio",
    "tab",
    "radio",
    "checkbox",
    "switch",
    "option",
    "DisclosureTriangle",
];
const FIELDS: [&str; 5] = ["textbox", "searchbox", "spinbutton", "combobox", "slider"];

/// Where to click: the middle of an element that nothing lies over, or of its label. It is brought
/// into sight only where it is not, since what hangs on it would move with it.
const PLACE: &str = "function () {
  const middle = (e) => {
    const r = e.getBoundingClientRect();
    return { x: r.left + r.width / 2, y: r.top + r.height / 2 };
  };
  const covered = (e, { x, y }) => {
    const top = document.elementFromPoint(x, y);
    if (!top) return 'it is out of sight';
    const free = e.contains(top) || (top.contains(e) && top.closest('a, button, label'));
    return free ? '' : 'it lies under ' + top.outerHTML.slice(0, 200);
  };
  let over;
  for (const e of [this, ...(this.labels ?? [])]) {
    if (!covered(e, middle(e))) return middle(e);
    e.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
    over = covered(e, middle(e));
    if (!over) return middle(e);
  }
  return over;
}";

/// The innermost shown element of that kind with that text in it, or how many there are.
const INNERMOST: &str = "function (kind, text) {
  const said = (e) => e.innerText.replace(/\\s+/g, ' ');
  const all = [...this.querySelectorAll(kind)].filter((e) => e.checkVisibility() && said(e).includes(text));
  const inner = all.filter((e) => !all.some((other) => other !== e && e.contains(other)));
  return inner.length === 1 ? inner[0] : `there are ${inner.length}`;
}";

const CHOOSE: &str = "function (label) {
  const option = [...this.options].find((o) => o.label.trim() === label && !o.disabled);
  if (!option) return [...this.options].map((o) => o.label.trim()).join(', ');
  option.selected = true;
  this.dispatchEvent(new Event('input', { bubbles: true }));
  this.dispatchEvent(new Event('change', { bubbles: true }));
  return true;
}";

/// An element, or a whole page.
pub struct Element<'a> {
    visitor: &'a Visitor,
    object: String,
}

/// What there is to find.
struct Found {
    name: String,
    role: String,
    backend: Json,
}

impl Visitor {
    /// Clicks what has that name, or whose name begins so.
    pub fn clicks(&self, name: &str) {
        self.act(name, &CLICKABLE, |element| element.click());
        self.settle();
    }

    /// Types into the field of that name, in place of what was there.
    pub fn types(&self, field: &str, text: &str) {
        self.act(field, &FIELDS, |element| element.fill(text));
        self.settle();
    }

    /// Chooses from the list of that name.
    pub fn chooses(&self, field: &str, option: &str) {
        self.act(field, &["combobox"], |element| element.choose(option));
        self.settle();
    }

    /// What stands in the field of that name.
    pub fn reads(&self, field: &str) -> String {
        self.act(field, &FIELDS, |element| element.value())
    }

    /// Puts the focus on what has that name.
    pub fn focuses(&self, name: &str) {
        let roles = [&CLICKABLE[..], &FIELDS].concat();
        self.act(name, &roles, |element| element.focus());
    }

    /// The row of a table with that text.
    pub fn row(&self, text: &str) -> Element<'_> {
        self.part("tr", text)
    }

    /// The one innermost part that a selector finds and that shows that text.
    pub fn part(&self, selector: &str, text: &str) -> Element<'_> {
        let what = format!("there is a part {selector} with “{text}”");
        self.until(&what, || {
            let page = self.page()?;
            let found = page.function(INNERMOST, json!([selector, text]), false)?;
            match found["result"]["objectId"].as_str() {
                Some(object) => Ok(Element { visitor: self, object: object.to_owned() }),
                None => Err(found["result"]["value"].to_string()),
            }
        })
    }

    /// The part with that number, from 0, of those that a selector finds.
    pub fn nth(&self, selector: &str, number: usize) -> Element<'_> {
        let nth = "function (selector, number) { return this.querySelectorAll(selector)[number] }";
        self.until(&format!("there is a part {selector} number {number}"), || {
            let found = self.page()?.function(nth, json!([selector, number]), false)?;
            let object = found["result"]["objectId"].as_str().ok_or("there is none")?;
            Ok(Element { visitor: self, object: object.to_owned() })
        })
    }

    /// Whether the tick or switch of that name is on.
    pub fn is_ticked(&self, name: &str) -> bool {
        let script = "function () { return this.checked }";
        let ticked = self.act(name, &["checkbox", "switch", "radio"], |element| {
            element.script(script, json!([]))
        });
        ticked == true
    }

    /// What has the focus: its role and its name; empty where nothing has.
    pub fn focus(&self) -> String {
        let focused = self.until("the page can be read", || {
            let all = self.page()?.tree()?;
            let focused = all.iter().rfind(|node| is(node, "focused"));
            Ok(focused.map(|node| format!("{} {}", text(&node["role"]), text(&node["name"]))))
        });
        focused.unwrap_or_default()
    }

    /// Goes on with Tab until what has the focus has that name.
    pub fn tabs_to(&self, name: &str) {
        for _ in 0..100 {
            let focus = self.focus();
            let (_, focused) = focus.split_once(' ').unwrap_or_default();
            if focused.starts_with(name) {
                return;
            }
            self.presses("Tab");
        }
        panic!("Tab never comes to “{name}”");
    }

    /// Types where the focus is.
    pub fn writes(&self, text: &str) {
        self.call("Input.insertText", json!({"text": text}));
        self.settle();
    }

    fn act<T>(
        &self,
        name: &str,
        roles: &[&str],
        act: impl Fn(&Element<'_>) -> Result<T, String>,
    ) -> T {
        self.until(&format!("“{name}” can be used"), || act(&self.page()?.find(name, roles)?))
    }

    fn page(&self) -> Result<Element<'_>, String> {
        let found = self.try_call("Runtime.evaluate", json!({"expression": "document"}))?;
        let object = found["result"]["objectId"].as_str().ok_or("there is no page")?.to_owned();
        Ok(Element { visitor: self, object })
    }
}

impl Element<'_> {
    /// Clicks what has that name in here.
    pub fn clicks(&self, name: &str) {
        let what = format!("“{name}” can be clicked in its part");
        self.visitor.until(&what, || self.find(name, &CLICKABLE)?.click());
        self.visitor.settle();
    }

    /// Types into the field of that name in here.
    pub fn types(&self, field: &str, text: &str) {
        let what = format!("“{field}” can be filled in its part");
        self.visitor.until(&what, || self.find(field, &FIELDS)?.fill(text));
        self.visitor.settle();
    }

    /// Chooses from the list of that name in here.
    pub fn chooses(&self, field: &str, option: &str) {
        let what = format!("“{option}” can be chosen in its part");
        self.visitor.until(&what, || self.find(field, &["combobox"])?.choose(option));
        self.visitor.settle();
    }

    /// Takes what has that name in here with the pointer, and lets go of it over another part.
    pub fn drags(&self, name: &str, target: &Element<'_>) {
        let what = format!("“{name}” can be dragged");
        let from = self.visitor.until(&what, || self.find(name, &CLICKABLE)?.place());
        let bounds = "function () { const r = this.getBoundingClientRect(); \
                      return { x: r.left + r.width / 2, y: r.top, height: r.height } }";
        let bounds = target.script(bounds, json!([])).expect("the target is shown");
        let number = |value: &Json| value.as_f64().unwrap();
        let upwards = number(&bounds["y"]) < from.1;
        // Over the far half: there a row has to give way.
        let part = if upwards { 0.2 } else { 0.8 };
        let to = number(&bounds["y"]) + number(&bounds["height"]) * part;
        self.visitor.pointer("mouseMoved", from, false);
        self.visitor.pointer("mousePressed", from, true);
        for step in 1..=8 {
            let y = from.1 + (to - from.1) * f64::from(step) / 8.0;
            self.visitor.pointer("mouseMoved", (from.0, y), true);
            self.visitor.waits_for_pictures();
        }
        self.visitor.pointer("mouseReleased", (from.0, to), false);
        self.visitor.settle();
    }

    fn click(&self) -> Result<(), String> {
        let place = self.place()?;
        self.visitor.pointer("mouseMoved", place, false);
        self.visitor.pointer("mousePressed", place, true);
        self.visitor.pointer("mouseReleased", place, false);
        Ok(())
    }

    fn focus(&self) -> Result<(), String> {
        self.script("function () { this.focus() }", json!([])).map(|_| ())
    }

    fn fill(&self, text: &str) -> Result<(), String> {
        let ready = "function () { if (this.disabled || this.readOnly) return false; \
                     this.scrollIntoView({ block: 'center' }); this.focus(); this.select?.(); \
                     return document.activeElement === this }";
        if self.script(ready, json!([]))? != true {
            return Err("it can't be typed into".to_owned());
        }
        match text.is_empty() {
            true => self.visitor.presses("Delete"),
            false => drop(self.visitor.try_call("Input.insertText", json!({"text": text}))?),
        }
        Ok(())
    }

    fn choose(&self, option: &str) -> Result<(), String> {
        match self.script(CHOOSE, json!([option]))? {
            Json::Bool(true) => Ok(()),
            others => Err(format!("the options are {others}")),
        }
    }

    fn value(&self) -> Result<String, String> {
        let value = "function () { return this.selectedOptions \
                     ? [...this.selectedOptions].map((o) => o.label.trim()).join(', ') : this.value }";
        let value = self.script(value, json!([]))?;
        Ok(value.as_str().unwrap_or_default().to_owned())
    }

    fn place(&self) -> Result<(f64, f64), String> {
        let place = self.script(PLACE, json!([]))?;
        self.visitor.waits_for_pictures();
        if self.script(PLACE, json!([]))? != place {
            return Err("it is moving".to_owned());
        }
        match (place["x"].as_f64(), place["y"].as_f64()) {
            (Some(x), Some(y)) => Ok((x, y)),
            _ => Err(place.to_string()),
        }
    }

    /// What has that name in here; of links to one address, the first.
    fn find(&self, name: &str, roles: &[&str]) -> Result<Element<'_>, String> {
        let mut found = self.all(name, roles)?;
        if found.is_empty() {
            return Err(format!("there is only: {}", self.names(roles)?));
        }
        if found.iter().any(|other| other.name == name) {
            found.retain(|other| other.name == name);
        }
        let mut elements = found.iter().map(|found| self.resolve(found));
        let first = elements.next().ok_or("there is none")??;
        let address = "function () { return this.href ?? '' }";
        let to = first.script(address, json!([]))?;
        for other in elements {
            let same = to != "" && other?.script(address, json!([]))? == to;
            if !same {
                let names: Vec<&str> = found.iter().map(|found| found.name.as_str()).collect();
                return Err(format!("there are several: {names:?}"));
            }
        }
        Ok(first)
    }

    fn resolve(&self, found: &Found) -> Result<Element<'_>, String> {
        let node = json!({"backendNodeId": found.backend});
        let node = self.visitor.try_call("DOM.resolveNode", node)?;
        let object = node["object"]["objectId"].as_str().ok_or("it is gone")?.to_owned();
        Ok(Element { visitor: self.visitor, object })
    }

    fn all(&self, name: &str, roles: &[&str]) -> Result<Vec<Found>, String> {
        let mut found = self.listed(roles)?;
        found.retain(|found| found.name.starts_with(name));
        Ok(found)
    }

    fn names(&self, roles: &[&str]) -> Result<String, String> {
        let listed = self.listed(roles)?;
        let names: Vec<_> = listed.iter().map(|f| format!("{} “{}”", f.role, f.name)).collect();
        Ok(names.join(", "))
    }

    fn listed(&self, roles: &[&str]) -> Result<Vec<Found>, String> {
        let found = self.tree()?.into_iter().filter_map(|node| {
            let (name, role) = (text(&node["name"]), text(&node["role"]).to_owned());
            let words: Vec<&str> = name.split_whitespace().collect();
            let fits = roles.contains(&role.as_str()) && !is(&node, "disabled");
            let backend = node["backendDOMNodeId"].clone();
            fits.then(|| Found { name: words.join(" "), role, backend })
        });
        Ok(found.collect())
    }

    /// What a screen reader has of this part.
    fn tree(&self) -> Result<Vec<Json>, String> {
        let query = json!({"objectId": self.object});
        let mut reply = self.visitor.try_call("Accessibility.queryAXTree", query)?;
        let Json::Array(mut nodes) = reply["nodes"].take() else { return Ok(Vec::new()) };
        nodes.retain(|node| node["ignored"] != true);
        Ok(nodes)
    }

    fn script(&self, function: &str, arguments: Json) -> Result<Json, String> {
        outcome(self.function(function, arguments, true)?)
    }

    fn function(&self, function: &str, arguments: Json, by_value: bool) -> Result<Json, String> {
        let arguments: Vec<Json> = match arguments {
            Json::Array(values) => {
                values.into_iter().map(|value| json!({"value": value})).collect()
            }
            _ => Vec::new(),
        };
        let params = json!({"objectId": self.object, "functionDeclaration": function,
                            "arguments": arguments, "returnByValue": by_value});
        self.visitor.try_call("Runtime.callFunctionOn", params)
    }
}

impl Visitor {
    fn pointer(&self, kind: &str, (x, y): (f64, f64), is_down: bool) {
        let (button, clicks) = if kind == "mouseMoved" { ("none", 0) } else { ("left", 1) };
        let event = json!({"type": kind, "x": x, "y": y, "button": button, "buttons": u32::from(is_down),
                           "clickCount": clicks});
        self.call("Input.dispatchMouseEvent", event);
    }
}

fn text(value: &Json) -> &str {
    value["value"].as_str().unwrap_or_default()
}

fn is(node: &Json, property: &str) -> bool {
    let properties = node["properties"].as_array().into_iter().flatten();
    properties.into_iter().any(|one| one["name"] == property && one["value"]["value"] == true)
}
