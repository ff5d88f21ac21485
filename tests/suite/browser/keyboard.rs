//! What a press of a key is called in the protocol.

use serde_json::{Value as Json, json};

/// Keys that have names: name, code, number, and the text that they type.
const NAMED: [(&str, &str, u32, &str); 12] = [
    ("Enter", "Enter", 13, "\r"),
    ("Tab", "Tab", 9, ""),
    ("Escape", "Escape", 27, ""),
    ("Backspace", "Backspace", 8, ""),
    ("Delete", "Delete", 46, ""),
    ("ArrowUp", "ArrowUp", 38, ""),
    ("ArrowDown", "ArrowDown", 40, ""),
    ("ArrowLeft", "ArrowLeft", 37, ""),
    ("ArrowRight", "ArrowRight", 39, ""),
    ("Home", "Home", 36, ""),
    ("End", "End", 35, ""),
    ("Space", "Space", 32, " "),
];

const MODIFIERS: [(&str, u32); 4] = [("Alt", 1), ("Control", 2), ("Meta", 4), ("Shift", 8)];

/// The two events of a press, such as `Enter`, `g` or `Shift+Tab`.
pub fn press(keys: &str) -> [Json; 2] {
    let (held, key) = keys.rsplit_once('+').unwrap_or(("", keys));
    let modifiers: u32 = held
        .split('+')
        .filter_map(|name| MODIFIERS.iter().find(|(modifier, _)| *modifier == name))
        .map(|(_, bit)| bit)
        .sum();
    let named = NAMED.iter().find(|(name, ..)| *name == key);
    let (name, code, number, text) = match named {
        Some((name, code, number, text)) => (*name, (*code).to_owned(), *number, *text),
        None => {
            let letter = key.chars().next().expect("a key").to_ascii_uppercase();
            (key, format!("Key{letter}"), u32::from(letter), key)
        }
    };
    let name = if name == "Space" { " " } else { name };
    // With Control, Alt or Meta held, a key types nothing.
    let text = if modifiers & 7 == 0 { text } else { "" };
    let event = |kind: &str, text: &str| {
        json!({"type": kind, "key": name, "code": code, "text": text, "modifiers": modifiers,
               "windowsVirtualKeyCode": number})
    };
    [event(if text.is_empty() { "rawKeyDown" } else { "keyDown" }, text), event("keyUp", "")]
}
