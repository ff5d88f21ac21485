//! Who is affected, in words: how many known users see another value, by value and by row, and some
//! of them with the reasons.

use super::super::super::{
    ProjectMember,
    effect_words::short_value,
    number_words::{counted, grouped_count},
    users,
};
use crate::{
    domain::effect::Direction,
    operations::affected::{Affected, AffectedExample, AffectedKey, AffectedMove, AffectedRow},
};

/// How many sentences are said of the moves from one value to another.
const MOST_MOVES: usize = 6;
/// How many rows are shown.
const MOST_ROWS: usize = 8;

/// Who is affected. `experiences/_publish_affected.html` shows it.
#[derive(Debug, Clone)]
pub struct AffectedWords {
    /// Who loses something; said first.
    pub losses: Vec<String>,
    /// How many see another value, and which.
    pub sentences: Vec<String>,
    /// What happens to keys of others, which require one of these.
    pub others: Vec<String>,
    /// That only a sample was asked.
    pub sample: Option<String>,
    /// By row.
    pub rows: Vec<RowWords>,
    /// How many more rows there are.
    pub more_rows: usize,
    /// Some users.
    pub examples: Vec<ExampleWords>,
}

/// How many users of a row get one value for another.
#[derive(Debug, Clone)]
pub struct RowWords {
    /// Whom the row describes.
    pub who: String,
    /// The key, where there are several.
    pub key: Option<String>,
    /// What they got.
    pub from: String,
    /// What they get.
    pub to: String,
    /// How many they are.
    pub users: String,
    /// Whether they lose it.
    pub is_loss: bool,
}

/// A user whose value changes.
#[derive(Debug, Clone)]
pub struct ExampleWords {
    /// Where the page of the user is.
    pub address: String,
    /// The user's id.
    pub user_id: String,
    /// The key, where there are several.
    pub key: Option<String>,
    /// What they got.
    pub from: String,
    /// What they get.
    pub to: String,
    /// Why they got it.
    pub before: String,
    /// Why they get it.
    pub after: String,
    /// Whether they lose it.
    pub is_loss: bool,
}

impl AffectedWords {
    /// In words, for a member who publishes there.
    pub fn of(there: &ProjectMember, affected: &Affected) -> AffectedWords {
        let teller = Teller { there, affected, has_several: affected.keys.len() > 1 };
        let own = || affected.keys.iter().filter(|key| key.owner.is_none());
        let others = affected.keys.iter().filter(|key| key.owner.is_some());
        let mut rows: Vec<(&AffectedKey, &AffectedMove, &AffectedRow)> = own()
            .flat_map(|key| key.moves.iter().map(move |moved| (key, moved)))
            .flat_map(|(key, moved)| moved.rows.iter().map(move |row| (key, moved, row)))
            .collect();
        rows.sort_by_key(|(_, moved, row)| (moved.direction, std::cmp::Reverse(row.users)));
        AffectedWords {
            losses: teller.moves(own(), true),
            sentences: teller.sentences(),
            others: others.map(|key| teller.other(key)).collect(),
            sample: teller.sample(),
            more_rows: rows.len().saturating_sub(MOST_ROWS),
            rows: rows.iter().take(MOST_ROWS).map(|found| teller.row(*found)).collect(),
            examples: affected.examples.iter().map(|example| teller.example(example)).collect(),
        }
    }
}

struct Teller<'a> {
    there: &'a ProjectMember,
    affected: &'a Affected,
    has_several: bool,
}

impl Teller<'_> {
    fn sentences(&self) -> Vec<String> {
        let (affected, place) = (self.affected, &self.affected.environment.name);
        if affected.known == 0 {
            return vec![format!(
                "Flagstaff knows no users in {place} yet, so it can't say how many this reaches. \
                 It learns them from events and evaluations."
            )];
        }
        if affected.touched == 0 {
            let whom = if affected.is_exact() { "known" } else { "asked" };
            return vec![format!("Changes nothing for anyone {whom} in {place}.")];
        }
        let own = || affected.keys.iter().filter(|key| key.owner.is_none());
        let known = counted(usize::try_from(affected.known).unwrap_or(usize::MAX), "known user");
        let users = self.about(affected.touched).to_lowercase();
        let (see, verb) = (self.see(affected.touched), "Changes what");
        let mut said = vec![format!("{verb} {users} of {known} {see}.")];
        said.extend(self.moves(own(), false));
        let loses = own().any(|key| key.lose > 0);
        let is_boolean = own().flat_map(|key| &key.moves).all(is_boolean);
        if !loses && own().next().is_some() {
            said.push(match is_boolean {
                true => "Nobody changes from true to false.".to_owned(),
                false => "Nobody loses a value.".to_owned(),
            });
        }
        said
    }

    fn see(&self, users: usize) -> &'static str {
        if users == 1 { "sees" } else { "see" }
    }

    /// `870`, `About 870`.
    fn about(&self, users: usize) -> String {
        let about = grouped_count(self.affected.estimate(users).about);
        if self.affected.is_exact() { about } else { format!("About {about}") }
    }

    /// `870 users`, `About 870 users`.
    fn users(&self, users: usize) -> String {
        let word = if users == 1 && self.affected.is_exact() { "user" } else { "users" };
        format!("{} {word}", self.about(users))
    }

    /// A sentence for each move from one value to another; of losses, or of all others.
    fn moves<'k>(&self, keys: impl Iterator<Item = &'k AffectedKey>, losses: bool) -> Vec<String> {
        let is_meant = |moved: &AffectedMove| (moved.direction == Direction::Lose) == losses;
        let all: Vec<(&AffectedKey, &AffectedMove)> = keys
            .flat_map(|key| key.moves.iter().map(move |moved| (key, moved)))
            .filter(|(_, moved)| is_meant(moved))
            .collect();
        let mut said: Vec<String> =
            all.iter().take(MOST_MOVES).map(|(key, moved)| self.moved(key, moved)).collect();
        let rest: usize = all.iter().skip(MOST_MOVES).map(|(_, moved)| moved.users).sum();
        if rest > 0 {
            said.push(format!("{} in other ways.", self.users(rest)));
        }
        said
    }

    fn moved(&self, key: &AffectedKey, moved: &AffectedMove) -> String {
        let users = self.users(moved.users);
        let (from, to) = (short_value(&moved.from), short_value(&moved.to));
        let of = if self.has_several { format!(" of {}", key.name) } else { String::new() };
        let s = if moved.users == 1 && self.affected.is_exact() { "s" } else { "" };
        match moved.direction {
            Direction::Lose => {
                let what = if self.has_several { key.name.as_str() } else { "it" };
                format!("{users} lose{s} {what}: from {from} to {to}.")
            }
            Direction::Change | Direction::Gain => {
                format!("{users} change{s} from {from} to {to}{of}.")
            }
        }
    }

    fn other(&self, key: &AffectedKey) -> String {
        let owner = key.owner.as_ref().map_or("", |owner| owner.name.as_str());
        let parts = [("gain", key.gain), ("lose", key.lose), ("change", key.change)];
        let parts = parts.into_iter().filter(|(_, users)| *users > 0);
        let said: Vec<String> = parts
            .map(|(verb, users)| {
                let s = if users == 1 && self.affected.is_exact() { "s" } else { "" };
                format!("{} {verb}{s}", self.users(users).to_lowercase())
            })
            .collect();
        format!("{owner} requires a key of this: {} a value of {}.", said.join(", "), key.name)
    }

    /// `Estimated from 100,000 of 2,104,330 known users, ± 0.3 %.`
    fn sample(&self) -> Option<String> {
        let affected = self.affected;
        let margin = affected.estimate(affected.touched).margin;
        (!affected.is_exact()).then(|| {
            let percent = margin as f64 / affected.known.max(1) as f64 * 100.0;
            format!(
                "Estimated from {} of {} known users, ± {} (± {percent:.2} %).",
                grouped_count(affected.asked as u64),
                grouped_count(affected.known),
                counted(usize::try_from(margin).unwrap_or(usize::MAX), "user"),
            )
        })
    }

    fn key(&self, name: &str) -> Option<String> {
        self.has_several.then(|| name.to_owned())
    }

    fn row(&self, (key, moved, row): (&AffectedKey, &AffectedMove, &AffectedRow)) -> RowWords {
        RowWords {
            who: row.called.clone(),
            key: self.key(&key.name),
            from: short_value(&moved.from),
            to: short_value(&moved.to),
            users: self.users(row.users),
            is_loss: moved.direction == Direction::Lose,
        }
    }

    fn example(&self, example: &AffectedExample) -> ExampleWords {
        ExampleWords {
            address: users::address(self.there, &example.user_id),
            user_id: example.user_id.clone(),
            key: self.key(&example.key),
            from: short_value(&example.from),
            to: short_value(&example.to),
            before: example.why_before.clone(),
            after: example.why_after.clone(),
            is_loss: example.direction == Direction::Lose,
        }
    }
}

fn is_boolean(moved: &AffectedMove) -> bool {
    [&moved.from, &moved.to].into_iter().all(|value| ["true", "false"].contains(&value.as_str()))
}
