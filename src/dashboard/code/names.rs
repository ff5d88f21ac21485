//! Names of variables for keys.

use std::collections::HashSet;

use super::{CodeKey, Language};

/// Words that name something else in one of the languages.
const RESERVED: &str = " abstract and as assert async await base begin bool boolean break byte case \
    catch chan char class client const context continue data debugger decimal def default defer del \
    delete do double elif else end ensure enum event except export extends extension extern false \
    final finally fixed float for foreach from func fun function global go goto guard if implements \
    implicit import in init inout instanceof int interface internal is lambda let lock long map \
    module namespace native new nil none nonlocal not null object operator options or out override \
    package params pass print private protected protocol provider public raise range readonly ref \
    repeat rescue return sealed select self short static string struct subscript super switch \
    synchronized then this throw throws true try type typealias typeof uint undefined unless until \
    user using val var virtual void volatile when where while with yield ";

/// A name for each key, no two alike: for one key alone, `value`.
pub(super) fn variables(language: Language, keys: &[CodeKey]) -> Vec<String> {
    if keys.len() == 1 {
        return vec!["value".to_owned()];
    }
    let mut taken = HashSet::new();
    let names = keys.iter().map(|key| {
        let wanted = match language {
            Language::Python | Language::Ruby => snake(&key.name),
            _ => camel(&key.name),
        };
        let mut tried = (2..).map(|number| format!("{wanted}{number}"));
        let mut name = wanted.clone();
        while !taken.insert(name.clone()) {
            name = tried.next().unwrap_or_default();
        }
        name
    });
    names.collect()
}

fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(['-', '_', '.']).filter(|word| !word.is_empty())
}

fn camel(name: &str) -> String {
    let mut camel = String::new();
    for word in words(name) {
        let mut letters = word.chars();
        let first = letters.next().map(|first| match camel.is_empty() {
            true => first.to_ascii_lowercase(),
            false => first.to_ascii_uppercase(),
        });
        camel.extend(first.into_iter().chain(letters));
    }
    usable(camel, "Value")
}

fn snake(name: &str) -> String {
    usable(words(name).collect::<Vec<_>>().join("_").to_lowercase(), "_value")
}

/// The name, or one beside it where it is none or means something else.
fn usable(name: String, suffix: &str) -> String {
    if name.starts_with(|first: char| first.is_ascii_digit()) {
        return format!("value{}{name}", suffix.get(..1).filter(|it| *it == "_").unwrap_or(""));
    }
    let is_reserved = RESERVED.contains(&format!(" {} ", name.to_lowercase()));
    if is_reserved || name.is_empty() { format!("{name}{suffix}") } else { name }
}
