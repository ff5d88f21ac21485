//! Parts of pages, found as somebody who can't see would find them: by their names.

use serde_json::{Value as Json, json};

use super::visitor::{Visitor, outcome};

const CLICKABLE: [&str; 14] = [
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
    "combobox",
    "textbox",
    "searchbox",
    "slider",
];
const FIELDS: [&str; 5] = ["textbox", "searchbox", "spinbutton", "combobox", "slider"];

/// Where to click: the middle of an element that nothing lies over, or of its label.
const PLACE: &str = "function () {
  const middle = (e) => {
    e.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
    const r = e.getBoundingClientRect();
    return { x: r.left + r.width / 2, y: r.top + r.height / 2 };
  };
  let over = 'it is nowhere';
  for (const e of [this, ...(this.labels ?? [])]) {
    const place = middle(e);
    const top = document.elementFromPoint(place.x, place.y);
    if (top && (e.contains(top) || top.contains(e) && top.closest('a, button, label'))) return place;
    over = top ? 'it lies under ' + top.outerHTML.slice(0, 200) : over;
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

    /// What stands in the field of that name.
    pub fn reads(&self, field: &str) -> String {
        self.act(field, &FIELDS, |element| element.value())
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
    /// Types into the field of that name in here.
    pub fn types(&self, field: &str, text: &str) {
        let what = format!("“{field}” can be filled in its part");
        self.visitor.until(&what, || self.find(field, &FIELDS)?.fill(text));
        self.visitor.settle();
    }

    fn click(&self) -> Result<(), String> {
        let place = self.place()?;
        self.visitor.pointer("mouseMoved", place, false);
        self.visitor.pointer("mousePressed", place, true);
        self.visitor.pointer("mouseReleased", place, false);
        Ok(())
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

    fn value(&self) -> Result<String, String> {
        let value = "function () { return this.selectedOptions \
                     ? [...this.selectedOptions].map((o) => o.label.trim()).join(', ') : this.value }";
        let value = self.script(value, json!([]))?;
        Ok(value.as_str().unwrap_or_default().to_owned())
    }

    fn place(&self) -> Result<(f64, f64), String> {
        let place = self.script(PLACE, json!([]))?;
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
