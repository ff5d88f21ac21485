//! Compiling the segments of an environment.

use std::{collections::HashMap, sync::Arc};

use uuid::Uuid;

use super::{Compiler, sentence};
use crate::domain::{
    condition::{Condition, Matcher},
    ruleset::{
        MOST_NESTING, Segment, SegmentMatcher,
        order::{on_a_circle, too_deep},
        source::{SegmentRule, SegmentSource},
    },
    slug::Slug,
};

/// Place and identity of each segment, by slug.
pub(in crate::domain::ruleset) type SegmentPlaces = HashMap<String, (u32, Uuid)>;

/// The condition tree of a segment; `None` for a list, and where nobody knows who is in it.
type Tree = Option<Condition>;

impl Compiler<'_> {
    /// Enters every segment: as it is, else at its last good form, else as unknown.
    pub(super) fn segments(&mut self, segments: Vec<SegmentSource>) {
        let places = segments.iter().zip(0..);
        self.segment_places = places.map(|(s, place)| (s.slug.clone(), (place, s.id))).collect();
        let mut trees: Vec<Tree> = Vec::new();
        for segment in segments {
            let (tree, segment) = match self.tree(&segment) {
                Ok(tree) => (tree, segment),
                Err(message) => {
                    self.report(&segment.slug, message);
                    self.last_good_tree(&segment).unwrap_or((None, segment))
                }
            };
            trees.push(tree);
            self.source.segments.push(segment);
        }
        self.break_segment_circles(&mut trees);
        let segments = std::mem::take(&mut self.source.segments);
        for (segment, tree) in segments.iter().zip(&trees) {
            let rule = self.segment_matcher(segment, tree);
            let names_others = tree.as_ref().is_some_and(|tree| !tree.segments().is_empty());
            let slug = segment.slug.as_str().into();
            self.ruleset.segments.push(Segment { slug, rule, names_others });
        }
        self.source.segments = segments;
    }

    fn tree(&self, segment: &SegmentSource) -> Result<Tree, String> {
        let SegmentRule::Conditions(json) = &segment.rule else { return Ok(None) };
        let tree = Condition::from_json(json).map_err(|problems| sentence(&problems))?;
        let missing = |slug: &&Slug| !self.segment_places.contains_key(slug.as_str());
        match tree.segments().into_iter().find(missing) {
            Some(slug) => Err(format!("There is no segment “{slug}”.")),
            None => Ok(Some(tree)),
        }
    }

    /// The last good form of a segment, where there is one that differs.
    fn last_good_tree(&self, segment: &SegmentSource) -> Option<(Tree, SegmentSource)> {
        let before = self.previous.segments.get(&segment.id).copied()?;
        let tree = self.tree(before).ok()?;
        (before.rule != segment.rule).then(|| (tree, before.clone()))
    }

    /// Puts the last good form in place of what depends on itself; failing that, and where
    /// segments stand too deep inside one another, nobody knows who is in them.
    fn break_segment_circles(&mut self, trees: &mut [Tree]) {
        const CIRCLE: &str = "This segment depends on itself.";
        for place in on_a_circle(&self.segments_needed(trees)) {
            let segment = self.source.segments.get(place as usize);
            let Some((tree, last_good)) = segment.and_then(|s| self.last_good_tree(s)) else {
                continue;
            };
            self.report(&last_good.slug, CIRCLE);
            set(trees, place, tree);
            set(&mut self.source.segments, place, last_good);
        }
        for place in on_a_circle(&self.segments_needed(trees)) {
            self.forget_segment(trees, place, CIRCLE);
        }
        for place in too_deep(&self.segments_needed(trees), MOST_NESTING) {
            let message = format!("Segments may name one another at most {MOST_NESTING} deep.");
            self.forget_segment(trees, place, &message);
        }
    }

    fn forget_segment(&mut self, trees: &mut [Tree], place: u32, message: &str) {
        if let Some(segment) = self.source.segments.get(place as usize) {
            self.report(&segment.slug.clone(), message);
        }
        set(trees, place, None);
    }

    fn segments_needed(&self, trees: &[Tree]) -> Vec<Vec<u32>> {
        let place = |slug: &Slug| self.segment_places.get(slug.as_str()).map(|found| found.0);
        let named = |tree: &Tree| {
            let slugs = tree.iter().flat_map(Condition::segments);
            slugs.filter_map(place).collect()
        };
        trees.iter().map(named).collect()
    }

    fn segment_matcher(&mut self, segment: &SegmentSource, tree: &Tree) -> SegmentMatcher {
        let tree = match (&segment.rule, tree) {
            (SegmentRule::List { .. }, _) => {
                let list = self.lists.get(&segment.id).map(Arc::clone);
                return list.map_or(SegmentMatcher::Unknown, SegmentMatcher::List);
            }
            (_, None) => return SegmentMatcher::Unknown,
            (_, Some(tree)) => tree,
        };
        let place = |slug: &Slug| self.segment_places.get(slug.as_str()).map(|found| found.0);
        match Matcher::compile(tree, &place, &mut self.predicates) {
            Ok(matcher) => SegmentMatcher::Conditions(matcher),
            Err(message) => {
                self.report(&segment.slug, message);
                SegmentMatcher::Unknown
            }
        }
    }
}

fn set<T>(items: &mut [T], place: u32, item: T) {
    if let Some(old) = items.get_mut(place as usize) {
        *old = item;
    }
}
