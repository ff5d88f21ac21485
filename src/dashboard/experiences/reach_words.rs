//! Who gets an experience, in a few words: "3 segments · 20 % to 100 %".

use crate::{
    domain::version::{Audience, Content, Serve},
    store::publications::{FULL_RAMP, TEST_USERS_ONLY},
};

/// In words; `ramp` is the share of users reached so far, in hundredths of a percent, and
/// `segment_name` gives the name of a segment by its slug.
pub fn who_gets_it(
    content: &Content,
    ramp: i16,
    segment_name: impl Fn(&str) -> Option<String>,
) -> String {
    let rows: Vec<_> = content.rows.iter().filter(|row| row.rule.enabled).collect();
    let everyone = &content.everyone_else;
    let mut percents: Vec<f64> = rows.iter().map(|row| row.rule.rollout.percent()).collect();
    let audience = match rows.as_slice() {
        [] if everyone.enabled => {
            percents.push(everyone.rollout.percent());
            "Everyone".to_owned()
        }
        [] => return "Nobody".to_owned(),
        [only] => match &only.audience {
            Audience::Segment(slug) => {
                segment_name(slug.as_str()).unwrap_or_else(|| slug.as_str().to_owned())
            }
            Audience::Conditions(condition) => condition.in_words(),
            Audience::Everyone => "Everyone".to_owned(),
        },
        several => format!("{} segments", several.len()),
    };
    let splits = rows.iter().any(|row| matches!(row.rule.serve, Serve::Split(_)));
    let split = if splits { " · split" } else { "" };
    let least = percents.iter().copied().fold(f64::INFINITY, f64::min);
    let most = percents.iter().copied().fold(0.0, f64::max);
    let share = if least == most {
        format!("{} %", percent(most))
    } else {
        format!("{} % to {} %", percent(least), percent(most))
    };
    let ramp = match ramp {
        TEST_USERS_ONLY => return "Test users only".to_owned(),
        FULL_RAMP.. => String::new(),
        partly => format!("ramp {} of ", percent(f64::from(partly) / 100.0)),
    };
    format!("{audience} · {ramp}{share}{split}")
}

/// At most two decimals, without zeros at the end.
fn percent(number: f64) -> String {
    let text = format!("{number:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
