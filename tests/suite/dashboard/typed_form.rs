//! A form of a page as a browser without script sends it: every field as it came, some typed anew,
//! one button pressed.

use super::browser::{Browser, unescaped};
use crate::support::Answer;

/// The fields of a form.
#[derive(Clone)]
pub struct TypedForm {
    action: String,
    fields: Vec<(String, String)>,
    /// The names and values of its buttons.
    pub buttons: Vec<(String, String)>,
}

impl TypedForm {
    /// The form of a page whose start tag contains that text.
    pub fn find(page: &str, mark: &str) -> TypedForm {
        let start = page
            .match_indices("<form")
            .find(|(at, _)| page[*at..].split_once('>').is_some_and(|(tag, _)| tag.contains(mark)));
        let (at, _) = start.unwrap_or_else(|| panic!("no form with {mark} in {page}"));
        let html = page[at..].split("</form>").next().unwrap();
        let mut form = TypedForm {
            action: attribute(html.split('>').next().unwrap(), "action").unwrap(),
            fields: Vec::new(),
            buttons: Vec::new(),
        };
        let mut rest = html;
        while let Some((_, after)) = rest.split_once('<') {
            let (tag, inside) = after.split_once('>').unwrap_or((after, ""));
            form.take(tag, inside);
            rest = after;
        }
        form
    }

    fn take(&mut self, tag: &str, inside: &str) {
        let Some(name) = attribute(tag, "name") else { return };
        let value = || attribute(tag, "value").unwrap_or_default();
        let is = |word: &str| tag.split_whitespace().any(|it| it == word);
        if tag.starts_with("button") {
            self.buttons.push((name, value()));
        } else if tag.starts_with("textarea") {
            let text = inside.split("</textarea>").next().unwrap();
            self.fields.push((name, unescaped(text.strip_prefix('\n').unwrap_or(text))));
        } else if tag.starts_with("select") {
            let list = inside.split("</select>").next().unwrap();
            let options = list.split("<option").skip(1).map(|it| it.split('>').next().unwrap());
            let options: Vec<&str> = options.collect();
            let chosen = options.iter().find(|it| it.contains(" selected")).or(options.first());
            let chosen = chosen.map_or_else(String::new, |it| attribute(it, "value").unwrap());
            self.fields.push((name, chosen));
        } else if tag.starts_with("input") {
            let ticked = matches!(attribute(tag, "type").as_deref(), Some("checkbox" | "radio"));
            if !ticked || is("checked") {
                self.fields.push((name, value()));
            }
        }
    }

    /// What a field holds.
    pub fn get(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|(found, _)| found == name);
        found.map_or_else(|| panic!("no field {name}: {:?}", self.fields), |(_, value)| value)
    }

    /// Everything that fields of that name hold.
    pub fn all(&self, name: &str) -> Vec<&str> {
        let found = self.fields.iter().filter(|(found, _)| found == name);
        found.map(|(_, value)| value.as_str()).collect()
    }

    /// Types something into a field.
    pub fn typed(mut self, name: &str, value: &str) -> TypedForm {
        let found = self.fields.iter_mut().find(|(found, _)| found == name);
        found.unwrap_or_else(|| panic!("no field {name}")).1 = value.to_owned();
        self
    }

    /// Takes a tick, or a hidden field, away.
    pub fn without(mut self, name: &str) -> TypedForm {
        self.fields.retain(|(found, _)| found != name);
        self
    }

    /// Sends it by that button.
    pub fn press(&self, browser: &Browser, value: &str) -> Answer {
        self.press_at(browser, &self.action, value, &[])
    }

    /// Sends it by that button to another address, or as htmx does.
    pub fn press_at(
        &self,
        browser: &Browser,
        action: &str,
        value: &str,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut fields: Vec<(&str, &str)> =
            self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        fields.push(("do", value));
        let mut headers = headers.to_vec();
        headers.push(("sec-fetch-site", "same-origin"));
        browser.post_with(action, &headers, &fields)
    }

    /// The fields without the token.
    pub fn content(&self) -> Vec<(String, String)> {
        self.fields.iter().filter(|(name, _)| name != "csrf").cloned().collect()
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    Some(unescaped(rest.split('"').next()?))
}
