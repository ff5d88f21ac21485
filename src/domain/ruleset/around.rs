//! What of an environment one experience depends on, and what depends on it: all that has to be
//! known to say what another content of it would do.

use std::collections::HashSet;

use serde_json::Value as Json;
use uuid::Uuid;

use super::source::{ExperienceSource, SegmentRule, Source, name_segments};

/// The keys that an experience serves and those that it requires, as far as it can be read.
struct Names<'a> {
    serves: HashSet<&'a str>,
    requires: HashSet<&'a str>,
}

impl Source {
    /// Of this, only the experience of that id, those whose keys it or `content` requires, and
    /// those that require its keys, however deep; with their keys, and the segments that they name.
    pub fn around(&self, id: Uuid, content: &Json) -> Source {
        let kept = self.experiences_around(id, content);
        let kept = self.experiences.iter().zip(kept).filter(|(_, is_kept)| *is_kept);
        let mut around = Source {
            experiences: kept.map(|(experience, _)| experience.clone()).collect(),
            revision: self.revision,
            stored_names: self.stored_names.clone(),
            teaches: self.teaches,
            ..Source::default()
        };
        let named =
            Names::of_contents(around.experiences.iter().flat_map(contents).chain([content]));
        let is_named = |name: &str| named.serves.contains(name) || named.requires.contains(name);
        let keys = self.keys.iter().filter(|key| is_named(&key.name)).cloned().collect();
        let segments = self.segments_named_by(&around.experiences, content);
        let segments = self.segments.iter().zip(segments).filter(|(_, is_named)| *is_named);
        around.segments = segments.map(|(segment, _)| segment.clone()).collect();
        around.keys = keys;
        around
    }

    fn experiences_around(&self, id: Uuid, content: &Json) -> Vec<bool> {
        let names: Vec<Names<'_>> = self.experiences.iter().map(Names::of).collect();
        let candidate = Names::of_contents([content]);
        let (mut moving, mut needed) = (candidate.serves, candidate.requires);
        let mut kept: Vec<bool> = self.experiences.iter().map(|it| it.id == id).collect();
        for (names, _) in names.iter().zip(&kept).filter(|(_, own)| **own) {
            moving.extend(&names.serves);
            needed.extend(&names.requires);
        }
        loop {
            let before = (moving.len(), needed.len());
            for (names, kept) in names.iter().zip(&mut kept) {
                let moves = !names.requires.is_disjoint(&moving);
                if moves {
                    moving.extend(&names.serves);
                }
                if moves || !names.serves.is_disjoint(&needed) {
                    needed.extend(&names.requires);
                    *kept = true;
                }
            }
            if (moving.len(), needed.len()) == before {
                return kept;
            }
        }
    }

    fn segments_named_by(&self, experiences: &[ExperienceSource], content: &Json) -> Vec<bool> {
        let mut named = HashSet::new();
        name_segments(content, &mut named);
        for content in experiences.iter().flat_map(contents) {
            name_segments(content, &mut named);
        }
        loop {
            let before = named.len();
            for segment in &self.segments {
                if let SegmentRule::Conditions(conditions) = &segment.rule
                    && named.contains(segment.slug.as_str())
                {
                    name_segments(conditions, &mut named);
                }
            }
            if named.len() == before {
                return self.segments.iter().map(|it| named.contains(it.slug.as_str())).collect();
            }
        }
    }
}

impl<'a> Names<'a> {
    fn of(experience: &'a ExperienceSource) -> Names<'a> {
        Names::of_contents(contents(experience))
    }

    fn of_contents(contents: impl IntoIterator<Item = &'a Json>) -> Names<'a> {
        let mut names = Names { serves: HashSet::new(), requires: HashSet::new() };
        for content in contents {
            let list = |name| content.get(name).and_then(Json::as_array).into_iter().flatten();
            names.serves.extend(list("keys").filter_map(Json::as_str));
            let keys = list("prerequisites").filter_map(|needed| needed.get("key"));
            names.requires.extend(keys.filter_map(Json::as_str));
        }
        names
    }
}

fn contents(experience: &ExperienceSource) -> impl Iterator<Item = &Json> {
    let replaced = experience.active.replaces.iter().map(|replaced| &replaced.content);
    std::iter::once(&experience.active.content).chain(replaced)
}
