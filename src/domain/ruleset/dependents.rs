//! What depends on a segment, a key or its values: whose values can move when it changes.

use super::{Experience, PlannedAudience, Ruleset, SegmentMatcher};
use crate::domain::condition::Matcher;

/// Something that values depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause<'a> {
    /// The segment of that slug.
    Segment(&'a str),
    /// The default of the key of that name.
    Default(&'a str),
    /// The values of the keys of these names, whatever gives them.
    Values(&'a [String]),
}

/// What depends on something.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dependents {
    /// The names of the keys whose values can move with it, in order.
    pub keys: Vec<Box<str>>,
    /// The slugs of the experiences that serve these keys.
    pub experiences: Vec<Box<str>>,
    /// The slugs of the experiences that have to be known to decide these keys: the same, and
    /// those whose keys they require.
    pub needed: Vec<Box<str>>,
}

impl Ruleset {
    /// What depends on that here.
    pub fn dependents(&self, cause: Cause<'_>) -> Dependents {
        let mut keys: Vec<bool> = self.keys.iter().map(|key| is_it(&key.name, cause)).collect();
        let segments = self.segments_leading_to(cause);
        let mut experiences: Vec<bool> =
            self.experiences.iter().map(|experience| asks(experience, &segments)).collect();
        loop {
            let before = (count(&keys), count(&experiences));
            self.spread(&mut keys, &mut experiences);
            if (count(&keys), count(&experiences)) == before {
                break;
            }
        }
        let needed = self.needed(&experiences);
        let slugs = |chosen: &[bool]| -> Vec<Box<str>> {
            let experiences = self.experiences.iter().zip(chosen);
            experiences.filter(|(_, c)| **c).map(|(e, _)| e.slug.clone()).collect()
        };
        let names = self.keys.iter().zip(&keys).filter(|(_, c)| **c);
        Dependents {
            keys: names.map(|(key, _)| key.name.clone()).collect(),
            experiences: slugs(&experiences),
            needed: slugs(&needed),
        }
    }

    /// The segments that are this one or name it, however deep.
    fn segments_leading_to(&self, cause: Cause<'_>) -> Vec<bool> {
        let Cause::Segment(slug) = cause else { return vec![false; self.segments.len()] };
        let mut leading: Vec<bool> =
            self.segments.iter().map(|segment| segment.slug.as_ref() == slug).collect();
        loop {
            let before = count(&leading);
            for place in 0..self.segments.len() {
                let names_one = match self.segments.get(place).map(|segment| &segment.rule) {
                    Some(SegmentMatcher::Conditions(matcher)) => names_any(matcher, &leading),
                    _ => false,
                };
                mark(&mut leading, place, names_one);
            }
            if count(&leading) == before {
                return leading;
            }
        }
    }

    /// From experiences to the keys that they serve; from keys to what serves or requires them.
    fn spread(&self, keys: &mut [bool], experiences: &mut [bool]) {
        for (place, key) in self.keys.iter().enumerate() {
            let Some((server, _)) = key.server else { continue };
            let served = experiences.get(server as usize).copied().unwrap_or(false);
            mark(keys, place, served);
            let moves = keys.get(place).copied().unwrap_or(false);
            mark(experiences, server as usize, moves);
        }
        for (place, experience) in self.experiences.iter().enumerate() {
            let requires_one = experience
                .plans()
                .flat_map(|plan| &plan.prerequisites)
                .any(|required| keys.get(required.key as usize).copied().unwrap_or(false));
            mark(experiences, place, requires_one);
        }
    }

    fn needed(&self, experiences: &[bool]) -> Vec<bool> {
        let mut needed = experiences.to_vec();
        loop {
            let before = count(&needed);
            for (place, experience) in self.experiences.iter().enumerate() {
                if !needed.get(place).copied().unwrap_or(false) {
                    continue;
                }
                for required in experience.plans().flat_map(|plan| &plan.prerequisites) {
                    let server = self.keys.get(required.key as usize).and_then(|key| key.server);
                    if let Some((server, _)) = server {
                        mark(&mut needed, server as usize, true);
                    }
                }
            }
            if count(&needed) == before {
                return needed;
            }
        }
    }
}

fn is_it(name: &str, cause: Cause<'_>) -> bool {
    match cause {
        Cause::Segment(_) => false,
        Cause::Default(default) => default == name,
        Cause::Values(names) => names.iter().any(|known| known == name),
    }
}

fn asks(experience: &Experience, segments: &[bool]) -> bool {
    experience.plans().flat_map(|plan| &plan.rows).any(|row| match &row.audience {
        PlannedAudience::Everyone => false,
        PlannedAudience::Matches(matcher) => names_any(matcher, segments),
    })
}

fn names_any(matcher: &Matcher, segments: &[bool]) -> bool {
    matcher.leaves().into_iter().any(|leaf| match leaf {
        Matcher::Segment(place) => segments.get(*place as usize).copied().unwrap_or(false),
        _ => false,
    })
}

fn mark(marks: &mut [bool], place: usize, marked: bool) {
    if let (Some(mark), true) = (marks.get_mut(place), marked) {
        *mark = true;
    }
}

fn count(marks: &[bool]) -> usize {
    marks.iter().filter(|mark| **mark).count()
}
