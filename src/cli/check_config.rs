//! `flagstaff check-config`: every setting and limit as it is in effect, without the secrets.

use std::fmt::Write;

use super::{CliError, print};
use crate::{
    api::MOST_BODY,
    domain::{condition, value::MOST_VALUE_BYTES, version},
    operations::access::{ACCESS_TOKEN_LIFETIME, FEWEST_PASSWORD_BYTES, MOST_PASSWORD_BYTES},
    settings::Settings,
};

pub(super) fn run(settings: &Settings) -> Result<(), CliError> {
    settings.secret_key.check_file(settings.data_dir())?;
    let mut text = String::from("The settings are sound.\n\n");
    for line in settings.report() {
        // Writing to a string can't fail.
        let _ = writeln!(text, "{:<22} {:<30} {}", line.flag, line.variable, line.value);
    }
    text.push_str("\nLimits\n");
    for (what, limit) in limits(settings) {
        let _ = writeln!(text, "{what:<53} {limit}");
    }
    print(text.trim_end())
}

/// The limits that people and programs can run into.
fn limits(settings: &Settings) -> Vec<(&'static str, String)> {
    let minutes = ACCESS_TOKEN_LIFETIME.as_secs() / 60;
    vec![
        ("keys of a project", settings.key_limit.to_string()),
        ("keys of an experience", version::MOST_KEYS.to_string()),
        ("rows of a version", version::MOST_ROWS.to_string()),
        ("variants of a version", version::MOST_VARIANTS.to_string()),
        ("conditions of a segment or row", condition::MOST_CONDITIONS.to_string()),
        ("depth of a tree of conditions", condition::MOST_DEPTH.to_string()),
        ("values of one condition", condition::MOST_LIST_VALUES.to_string()),
        ("bytes of a value", MOST_VALUE_BYTES.to_string()),
        ("bytes of a management request", MOST_BODY.to_string()),
        ("bytes of a password", format!("{FEWEST_PASSWORD_BYTES} to {MOST_PASSWORD_BYTES}")),
        ("lifetime of an access token", format!("{minutes} min")),
    ]
}
