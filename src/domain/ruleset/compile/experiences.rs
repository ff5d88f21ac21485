//! Compiling the experiences of an environment.

use serde_json::Value as Json;

use super::{Compiler, sentence};
use crate::domain::{
    bucketing::{Rollout, Salt},
    experience::Kind,
    ruleset::{
        Experience, MOST_NESTING, Plan, Ramp, Reason, Rest, Serving, VersionReference,
        order::{on_a_circle, too_deep},
        plan::{Entries, Surroundings},
        source::{ExperienceSource, PublicationSource},
    },
    value::Value,
    version::{Content, ShortForm},
};

/// An experience, ready: what it does, for which keys, and from which form of it.
struct Ready {
    serving: Serving,
    own_keys: Vec<u32>,
    short_rollout: Option<Rollout>,
    source: ExperienceSource,
}

impl Compiler<'_> {
    /// Enters every experience: as it is, else at its last good form, else as unreadable.
    pub(super) fn experiences(&mut self, mut experiences: Vec<ExperienceSource>) {
        // In the order of their keys, so that deciding all keys goes straight through memory.
        experiences.sort_by_cached_key(|experience| {
            (named_keys(&experience.active.content).into_iter().min(), experience.id)
        });
        for (experience, place) in experiences.into_iter().zip(0..) {
            let ready = match self.experience(&experience) {
                Ok((serving, own_keys, short_rollout)) => {
                    Ready { serving, own_keys, short_rollout, source: experience }
                }
                Err(message) => self.last_good(experience, message),
            };
            self.give_keys(place, &ready);
            let slug = ready.source.slug.as_str().into();
            self.ruleset.experiences.push(Experience { slug, serving: ready.serving });
            self.source.experiences.push(ready.source);
        }
        self.break_circles();
    }

    /// Puts the last good form in place of what requires itself; failing that, and where
    /// requirements lead on too far, nobody knows what it should serve.
    fn break_circles(&mut self) {
        const CIRCLE: &str = "It requires a key whose value depends on itself.";
        for place in on_a_circle(&self.experiences_needed()) {
            if self.source.experiences.get(place as usize).is_some_and(|now| self.changed(now)) {
                self.replace(place, |compiler, now| compiler.last_good(now, CIRCLE.to_owned()));
            }
        }
        for place in on_a_circle(&self.experiences_needed()) {
            self.replace(place, |compiler, now| {
                compiler.report(&now.slug, CIRCLE);
                compiler.unreadable(now)
            });
        }
        for place in too_deep(&self.experiences_needed(), MOST_NESTING) {
            self.replace(place, |compiler, now| {
                let message = format!("Requirements may lead on at most {MOST_NESTING} times.");
                compiler.report(&now.slug, message);
                compiler.unreadable(now)
            });
        }
    }

    fn experiences_needed(&self) -> Vec<Vec<u32>> {
        let server = |key: u32| self.ruleset.keys.get(key as usize)?.server.map(|server| server.0);
        let needed = |experience: &Experience| {
            let Serving::On { active, ramp } = &experience.serving else { return Vec::new() };
            let replaced = ramp.iter().filter_map(|ramp| match &ramp.rest {
                Rest::Replaced(plan) => Some(plan.as_ref()),
                Rest::Nothing(_) => None,
            });
            let plans: Vec<&Plan> = replaced.chain([active]).collect();
            let required = plans.iter().flat_map(|plan| &plan.prerequisites);
            required.filter_map(|required| server(required.key)).collect()
        };
        self.ruleset.experiences.iter().map(needed).collect()
    }

    fn replace(&mut self, place: u32, by: impl FnOnce(&mut Self, ExperienceSource) -> Ready) {
        let Some(now) = self.source.experiences.get(place as usize).cloned() else { return };
        for key in &mut self.ruleset.keys {
            if key.server.is_some_and(|(server, _)| server == place) {
                key.server = None;
                key.short_rollout = None;
            }
        }
        let ready = by(self, now);
        self.give_keys(place, &ready);
        if let Some(experience) = self.ruleset.experiences.get_mut(place as usize) {
            experience.serving = ready.serving;
        }
        if let Some(source) = self.source.experiences.get_mut(place as usize) {
            *source = ready.source;
        }
    }

    fn give_keys(&mut self, place: u32, ready: &Ready) {
        for (key, position) in ready.own_keys.iter().zip(0..) {
            if let Some(key) = self.ruleset.keys.get_mut(*key as usize) {
                key.server = Some((place, position));
                key.short_rollout = ready.short_rollout;
            }
        }
    }

    /// The last good form of an experience, with today's switch; without one it is unreadable.
    fn last_good(&mut self, now: ExperienceSource, message: String) -> Ready {
        self.report(&now.slug, message);
        let before = self.previous.experiences.get(&now.id).copied();
        let before = before
            .filter(|_| self.changed(&now))
            .map(|b| ExperienceSource { switched_on: now.switched_on, ..b.clone() });
        match before.and_then(|before| Some((self.experience(&before).ok()?, before))) {
            Some(((serving, own_keys, short_rollout), source)) => {
                Ready { serving, own_keys, short_rollout, source }
            }
            None => self.unreadable(now),
        }
    }

    /// Whether it serves something else than when it was last compiled.
    fn changed(&self, now: &ExperienceSource) -> bool {
        let before = self.previous.experiences.get(&now.id);
        before.is_some_and(|before| before.active != now.active)
    }

    /// Nobody knows what it should serve: the defaults of all keys that it seems to hold.
    fn unreadable(&mut self, now: ExperienceSource) -> Ready {
        let mut named: Vec<String> = contents(&now).flat_map(named_keys).collect();
        named.sort();
        named.dedup();
        let own_keys = self.free_keys(&named);
        let reason = if now.switched_on { Reason::Stale } else { Reason::Disabled };
        let (around, entries) = self.surroundings(&own_keys, now.kind);
        // Defaults were read before, so that entering them again can't fail.
        let first = around.defaults(reason, None, entries.answers).unwrap_or_default();
        let serving =
            if now.switched_on { Serving::Unreadable(first) } else { Serving::Off(first) };
        Ready { serving, own_keys, short_rollout: None, source: now }
    }

    fn experience(
        &mut self,
        experience: &ExperienceSource,
    ) -> Result<(Serving, Vec<u32>, Option<Rollout>), String> {
        let reached = Rollout::from_hundredths(experience.active.ramp)
            .ok_or("The share that its ramp has reached is above 100 %.")?;
        let replaced = experience.active.replaces.as_deref().filter(|_| !reached.is_all());
        let active_content = content(&experience.active, &experience.slug)?;
        let replaced_content = replaced.map(|r| content(r, &experience.slug)).transpose()?;
        let mut named: Vec<&str> = active_content.keys.iter().map(|key| key.as_str()).collect();
        named.extend(replaced_content.iter().flat_map(|c| &c.keys).map(|key| key.as_str()));
        named.sort_unstable();
        named.dedup();
        let own_keys = self.free_keys(&named);
        if own_keys.len() < named.len() {
            return Err("It names a key that is archived or that another experience serves.".into());
        }
        let short_rollout = self.short_rollout(experience.kind, &active_content, &own_keys);
        let (around, mut entries) = self.surroundings(&own_keys, experience.kind);
        let version = reference(&experience.active);
        if !experience.switched_on {
            let off = around.defaults(Reason::Disabled, Some(version), entries.answers)?;
            return Ok((Serving::Off(off), own_keys, short_rollout));
        }
        let active = around.plan(&active_content, version, &mut entries)?;
        let rest = match (replaced, replaced_content) {
            (Some(replaced), Some(content)) => Rest::Replaced(Box::new(around.plan(
                &content,
                reference(replaced),
                &mut entries,
            )?)),
            _ => Rest::Nothing(around.defaults(Reason::Default, None, entries.answers)?),
        };
        let salt = format!("{}/ramp/{}", active_content.salt, experience.active.id);
        let ramp = (!reached.is_all()).then(|| Ramp { salt: Salt::new(&salt), reached, rest });
        Ok((Serving::On { active, ramp }, own_keys, short_rollout))
    }

    fn surroundings<'a>(
        &'a mut self,
        own_keys: &'a [u32],
        kind: Kind,
    ) -> (Surroundings<'a>, Entries<'a>) {
        let around = Surroundings {
            keys: &self.ruleset.keys,
            key_places: &self.ruleset.key_places,
            segments: &self.segment_places,
            own_keys,
            kind,
        };
        let entries =
            Entries { answers: &mut self.ruleset.answers, predicates: &mut self.predicates };
        (around, entries)
    }

    /// The places of the keys of these names that no experience serves yet.
    fn free_keys(&self, names: &[impl AsRef<str>]) -> Vec<u32> {
        let place = |name: &dyn AsRef<str>| {
            let place = self.ruleset.key_place(name.as_ref())?;
            let key = self.ruleset.keys.get(place as usize)?;
            key.server.is_none().then_some(place)
        };
        names.iter().filter_map(|name| place(name)).collect()
    }

    fn short_rollout(&self, kind: Kind, content: &Content, own_keys: &[u32]) -> Option<Rollout> {
        let [only] = own_keys else { return None };
        match (kind, &self.ruleset.keys.get(*only as usize)?.default) {
            (Kind::FeatureFlag, Value::Boolean(default)) => {
                ShortForm::of(content, *default).map(|short| short.rollout)
            }
            _ => None,
        }
    }
}

fn content(publication: &PublicationSource, salt: &str) -> Result<Content, String> {
    Content::from_json(&publication.content, salt).map_err(|problems| {
        format!("Version {} can't be read. {}", publication.version, sentence(&problems))
    })
}

fn contents(experience: &ExperienceSource) -> impl Iterator<Item = &Json> {
    let replaced = experience.active.replaces.iter().map(|replaced| &replaced.content);
    std::iter::once(&experience.active.content).chain(replaced)
}

/// The keys that a content names, as far as it can be read at all.
fn named_keys(content: &Json) -> Vec<String> {
    let keys = content.get("keys").and_then(Json::as_array).into_iter().flatten();
    keys.filter_map(|key| key.as_str().map(str::to_owned)).collect()
}

fn reference(publication: &PublicationSource) -> VersionReference {
    VersionReference { id: publication.version_id, number: publication.version }
}
