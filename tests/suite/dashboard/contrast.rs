//! The colours of the design system can be told apart, in both themes: what nobody sees while
//! changing one of them by taste.

use std::{collections::HashMap, fs, path::Path};

/// Lightness, chroma, hue of each token.
type Theme = HashMap<String, [f64; 3]>;

const BACKGROUNDS: [&str; 7] =
    ["surface", "bg", "sunken", "hover", "pressed", "raised", "accent-soft"];
const STATES: [&str; 4] = ["live", "warn", "danger", "plan"];

/// The tokens that differ between the light and the dark.
fn themes() -> [Theme; 2] {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("static/css/tokens.css");
    let css = fs::read_to_string(path).unwrap();
    let mut themes = [Theme::new(), Theme::new()];
    for declaration in css.split(';') {
        let Some((name, value)) =
            declaration.rsplit_once("--").and_then(|(_, d)| d.split_once(':'))
        else {
            continue;
        };
        let colours = value.split("oklch(").skip(1).map(|colour| {
            let colour = colour.split(')').next().unwrap();
            let mut parts = colour.split_whitespace().filter_map(|part| part.parse::<f64>().ok());
            std::array::from_fn(|_| parts.next().unwrap_or_default())
        });
        let colours: Vec<[f64; 3]> = colours.collect();
        if let ([light, dark], true) = (&colours[..], value.contains("light-dark")) {
            themes[0].insert(name.trim().to_owned(), *light);
            themes[1].insert(name.trim().to_owned(), *dark);
        }
    }
    themes
}

/// How bright a colour is on a screen, by WCAG.
fn luminance([lightness, chroma, hue]: [f64; 3]) -> f64 {
    let (a, b) = (chroma * hue.to_radians().cos(), chroma * hue.to_radians().sin());
    let l = (lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
    let m = (lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
    let s = (lightness - 0.089_484_177_5 * a - 1.291_485_548_0 * b).powi(3);
    let red = 4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s;
    let green = -1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s;
    let blue = -0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701_0 * s;
    let [red, green, blue] = [red, green, blue].map(|part| part.clamp(0.0, 1.0));
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn ratio(one: f64, other: f64) -> f64 {
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// What stands on what, and how far they have to be apart.
fn pairs() -> Vec<(String, String, f64)> {
    let mut pairs = Vec::new();
    let mut on = |fronts: &[&str], backs: &[&str], least: f64| {
        for front in fronts {
            pairs.extend(backs.iter().map(|back| (front.to_string(), back.to_string(), least)));
        }
    };
    on(&["text", "text-2"], &BACKGROUNDS, 4.5);
    let without_pressed: Vec<&str> =
        BACKGROUNDS.into_iter().filter(|name| *name != "pressed").collect();
    on(&["text-3"], &without_pressed, 4.5);
    on(&["control"], &["surface", "bg", "raised"], 3.0);
    on(&["accent-text"], &["surface", "bg", "raised", "accent-soft"], 4.5);
    for state in STATES {
        let (text, soft) = (format!("{state}-text"), format!("{state}-soft"));
        on(&[&text], &[&soft, "surface"], 4.5);
    }
    on(&STATES, &["surface", "raised"], 3.0);
    on(&["accent"], &["surface", "raised"], 3.0);
    pairs
}

#[test]
fn texts_and_edges_stand_out_in_both_themes() {
    let mut wrong = Vec::new();
    for (theme, name) in themes().iter().zip(["light", "dark"]) {
        let of = |token: &str| {
            luminance(*theme.get(token).unwrap_or_else(|| panic!("no token --{token}")))
        };
        for (front, back, least) in pairs() {
            let found = ratio(of(&front), of(&back));
            if found < least {
                wrong.push(format!("{name}: --{front} on --{back}: {found:.2} of {least}"));
            }
        }
        for accent in ["accent", "accent-hover"] {
            let found = ratio(1.0, of(accent));
            if found < 4.5 {
                wrong.push(format!("{name}: white on --{accent}: {found:.2}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
