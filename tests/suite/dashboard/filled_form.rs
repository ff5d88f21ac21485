//! A form of a page as a browser holds it: read from the page, changed, and sent.

use regex::Regex;

use super::browser::{Browser, unescaped};
use crate::support::Answer;

/// What a form would send.
#[derive(Clone, Debug)]
pub struct FilledForm {
    pub action: String,
    pub fields: Vec<(String, String)>,
}

impl FilledForm {
    /// The form of that id in a page.
    pub fn of(page: &str, id: &str) -> FilledForm {
        let start = page.find(&format!("id=\"{id}\"")).unwrap_or_else(|| panic!("{id} in {page}"));
        let start = page[..start].rfind("<form").expect("a form");
        let end = start + page[start..].find("</form>").expect("the end of the form");
        FilledForm::read(&page[start..end])
    }

    /// The first form whose action ends so.
    pub fn to(page: &str, action: &str) -> FilledForm {
        let tag = Regex::new(&format!("<form [^>]*action=\"[^\"]*{action}\"")).unwrap();
        let start = tag.find(page).unwrap_or_else(|| panic!("{action} in {page}")).start();
        let end = start + page[start..].find("</form>").expect("the end of the form");
        FilledForm::read(&page[start..end])
    }

    fn read(form: &str) -> FilledForm {
        let control = Regex::new(
            r#"(?s)<input ([^>]*)>|<textarea ([^>]*)>(.*?)</textarea>|<select ([^>]*)>(.*?)</select>"#,
        )
        .unwrap();
        let chosen = Regex::new(r#"<option value="([^"]*)" selected>"#).unwrap();
        let mut fields = Vec::new();
        for found in control.captures_iter(form) {
            let text = |number| found.get(number).map(|it: regex::Match<'_>| it.as_str());
            let attributes = text(1).or(text(2)).or(text(4)).unwrap();
            let Some(name) = attribute(attributes, "name") else { continue };
            let kind = attribute(attributes, "type");
            let ticked = attributes.contains(" checked");
            if matches!(kind.as_deref(), Some("checkbox" | "radio")) && !ticked {
                continue;
            }
            let value = match (text(3), text(5)) {
                (Some(text), _) => unescaped(text.strip_prefix('\n').unwrap_or(text)),
                (_, Some(options)) => {
                    let chosen = chosen.captures(options);
                    chosen.map(|it| unescaped(&it[1])).unwrap_or_default()
                }
                _ => attribute(attributes, "value").unwrap_or_default(),
            };
            fields.push((name, value.replace('\n', "\r\n")));
        }
        FilledForm { action: attribute(form, "action").expect("an action"), fields }
    }

    /// What is in a field.
    pub fn get(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|(found, _)| found == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_else(|| panic!("{name} in {self:?}"))
    }

    /// Everything under that name.
    pub fn all(&self, name: &str) -> Vec<&str> {
        let fields = self.fields.iter().filter(|(found, _)| found == name);
        fields.map(|(_, value)| value.as_str()).collect()
    }

    /// The same with something typed into a field.
    pub fn with(mut self, name: &str, value: &str) -> FilledForm {
        let field = self.fields.iter_mut().find(|(found, _)| found == name);
        field.unwrap_or_else(|| panic!("no field {name}")).1 = value.to_owned();
        self
    }

    /// Sends it by one of its buttons, or by none.
    pub fn send(&self, browser: &Browser, button: Option<(&str, &str)>) -> Answer {
        self.send_with(browser, button, &[])
    }

    /// The same as htmx does it, for that target.
    pub fn send_by_htmx(
        &self,
        browser: &Browser,
        button: Option<(&str, &str)>,
        target: &str,
    ) -> Answer {
        self.send_with(browser, button, &[("hx-request", "true"), ("hx-target", target)])
    }

    fn send_with(
        &self,
        browser: &Browser,
        button: Option<(&str, &str)>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let fields = self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let fields: Vec<(&str, &str)> = fields.chain(button).collect();
        let headers = [&[("sec-fetch-site", "same-origin")], headers].concat();
        browser.post_with(&self.action, &headers, &fields)
    }
}

fn attribute(text: &str, name: &str) -> Option<String> {
    let found = Regex::new(&format!(r#"(?s)(?:^|\s){name}="([^"]*)""#)).unwrap().captures(text)?;
    Some(unescaped(&found[1]))
}
