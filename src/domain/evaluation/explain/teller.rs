//! Puts what a decision looked at into words.

mod ramp;

use super::{
    Explanation, Mark, Names, Step,
    conditions::Checker,
    places::{Place, share_in_words},
    why::Deciding,
};
use crate::domain::{
    condition::Truth,
    context::{NumberText, Subject},
    evaluation::{
        decider::Trace,
        event::{Bucketed, Event},
    },
    ruleset::{
        Answer, AnswerIndex, Compiled, Plan, PlannedRow, PlannedRule, Requirement, Serves, Serving,
        source::{ExperienceSource, PublicationSource},
    },
    value::Value,
    version::{Audience, Content, value_in_words},
};

/// Listens to a decision.
pub(super) struct Teller<'t> {
    compiled: &'t Compiled,
    names: &'t Names,
    subject: &'t Subject<'t>,
    checker: Checker<'t>,
    experience: Option<&'t ExperienceSource>,
    /// The publication that decides, as far as is known by now.
    publication: Option<&'t PublicationSource>,
    content: Option<Content>,
    /// Where in the content the next row stands.
    next_row: usize,
    everyone_else_waits: bool,
    is_ramping: bool,
    /// What the rule that decides describes: `Row 2, iPhone users`.
    audience: String,
    deciding: Deciding,
    steps: Vec<Step>,
}

impl<'t> Teller<'t> {
    pub fn new(compiled: &'t Compiled, names: &'t Names, subject: &'t Subject<'t>) -> Teller<'t> {
        Teller {
            compiled,
            names,
            subject,
            checker: Checker::new(compiled, names, subject),
            experience: None,
            publication: None,
            content: None,
            next_row: 0,
            everyone_else_waits: false,
            is_ramping: false,
            audience: String::new(),
            deciding: Deciding::default(),
            steps: Vec::new(),
        }
    }

    /// The whole story, with its end.
    pub fn finish(mut self, answer: &Answer) -> Explanation<'_> {
        self.steps.push(self.served(answer));
        self.steps.extend(self.rest());
        Explanation {
            answer,
            experience: self.experience.map(|experience| experience.id),
            why: self.deciding.in_words(self.names.environment()),
            steps: self.steps,
            used: self.checker.uses.finish(),
        }
    }

    fn served(&self, answer: &Answer) -> Step {
        let decision = &answer.decision;
        let mut because = vec![format!("reason {}", decision.reason.as_str())];
        match decision.row.as_deref() {
            Some("everyone_else") => because.push("everyone else".to_owned()),
            Some(_) => because.push(format!("row {}", self.next_row)),
            None => {}
        }
        if let Some(version) = decision.version {
            because.push(format!("version {}", version.number));
        }
        let value = value_in_words(&answer.value.to_json());
        Step::new("served", Mark::Serves, format!("Serves {value}")).because(because.join(" · "))
    }

    /// What was not looked at any more.
    fn rest(&self) -> Option<Step> {
        let rows = self.content.as_ref().map_or(0, |content| content.rows.len());
        let first = self.next_row + 1;
        let rows = match rows.saturating_sub(self.next_row) {
            0 => None,
            1 => Some(format!("Row {first}")),
            _ => Some(format!("Rows {first} to {rows}")),
        };
        let rest = match (rows, self.everyone_else_waits) {
            (Some(rows), true) => format!("{rows} and everyone else"),
            (Some(rows), false) => rows,
            (None, true) => "Everyone else".to_owned(),
            (None, false) => return None,
        };
        Some(Step::new("rest", Mark::NotLookedAt, format!("{rest}: not looked at")))
    }

    /// From now on that publication decides.
    fn turn_to(&mut self, publication: Option<&'t PublicationSource>) {
        let slug = self.experience.map_or("", |experience| experience.slug.as_str());
        self.content = publication.and_then(|p| Content::from_json(&p.content, slug).ok());
        self.everyone_else_waits = self.content.is_some();
        self.next_row = 0;
        self.publication = publication;
    }

    fn version(&self) -> String {
        self.publication.map_or_else(String::new, |p| format!("version {}", p.version))
    }

    fn unpublished(&mut self) {
        let outcome = format!(
            "No flag or config gives this key a value in {}: the default",
            self.names.environment()
        );
        self.steps.push(Step::new("published", false, outcome));
    }

    fn serving(&mut self, place: u32, serving: &Serving) {
        let Some(experience) = self.compiled.source.experiences.get(place as usize) else { return };
        self.experience = Some(experience);
        self.turn_to(Some(&experience.active));
        let name = self.names.of(experience.id, &experience.slug).to_owned();
        let (environment, version) = (self.names.environment(), self.version());
        let step = match serving {
            Serving::On { ramp, .. } => {
                self.is_ramping = ramp.is_some();
                Step::new("switch", true, format!("{name} is on in {environment}, {version}"))
            }
            Serving::Off(_) => {
                let outcome = format!("{name} is off in {environment}: the default");
                self.deciding = Deciding::Off { experience: name };
                Step::new("switch", false, outcome)
            }
            Serving::Unreadable(_) => {
                let outcome = format!("What {name} serves can't be read: the default");
                self.deciding = Deciding::Unreadable { what: format!("What {name} serves") };
                self.content = None;
                self.everyone_else_waits = false;
                Step::new("switch", Mark::Unknown, outcome)
            }
        };
        self.steps.push(step);
    }

    fn test_user(&mut self, is_one: bool) {
        let version = self.version();
        let mut room = NumberText::new();
        let user_id = self.subject.context.user_id(&mut room);
        let outcome = match (is_one, user_id) {
            (true, _) => format!("A test user of {version}, whatever the rows say"),
            (false, Some(_)) => "Not a test user".to_owned(),
            (false, None) => "No user id, so not a test user".to_owned(),
        };
        self.steps.push(Step::new("test_user", is_one, outcome).with("user_id", user_id));
        if is_one {
            let version = self.publication.map(|publication| publication.version);
            self.deciding = Deciding::Tester { version };
        } else if !self.is_ramping {
            let outcome = format!("Not in a ramp: {version} is for everybody");
            self.steps.push(Step::new("ramp", true, outcome));
        }
    }

    fn requirement(&mut self, requirement: &Requirement, answer: &Answer, met: Truth) {
        let ruleset = &self.compiled.ruleset;
        let key = ruleset.key_of(answer).map_or("", |key| &key.name).to_owned();
        let wanted: Vec<_> = requirement.values.iter().map(Value::to_json).collect();
        let said: Vec<String> = wanted.iter().map(value_in_words).collect();
        let (is, has_to_be) = (value_in_words(&answer.value.to_json()), said.join(" or "));
        let outcome = match met {
            Truth::Holds => format!("{key} is {is}, as this needs"),
            Truth::Fails => format!("{key} is {is}, and this needs {has_to_be}: the default"),
            Truth::Unknown => format!("{key} could not be decided: the default"),
        };
        let step = Step::new("prerequisite", met, outcome)
            .with("key", key.as_str())
            .with("in", wanted)
            .with("value", answer.value.to_json())
            .with("reason", answer.decision.reason.as_str());
        self.steps.push(step);
        match met {
            Truth::Holds => {}
            Truth::Fails => self.deciding = Deciding::Unmet { key },
            Truth::Unknown => self.deciding = Deciding::Unreadable { what: key },
        }
    }

    fn row(&mut self, row: &PlannedRow, truth: Truth) {
        let Some(content) = self.content.take() else { return };
        self.pass_over(&content);
        if let Some(written) = content.rows.get(self.next_row) {
            self.next_row += 1;
            let name = self.checker.row_called(self.next_row, &written.audience);
            let outcome = match truth {
                Truth::Holds => format!("{name}: matches"),
                Truth::Fails => format!("{name}: does not match"),
                Truth::Unknown => format!("{name}: needs what could not be read, so the default"),
            };
            let conditions = self.checker.audience(&written.audience, &row.audience);
            let step = Step::new("row", truth, outcome).with("row", row.id.as_ref());
            let step = match &written.audience {
                Audience::Segment(slug) => step.with("segment", slug.as_str()),
                _ => step,
            };
            self.steps.push(step.checking(conditions));
            match truth {
                Truth::Holds => self.decides(name, &row.rule),
                Truth::Unknown => {
                    self.deciding = Deciding::Unreadable { what: format!("What {name} needs") };
                }
                Truth::Fails => {}
            }
        }
        self.content = Some(content);
    }

    /// Tells of the rows that are off, up to the next one that is on.
    fn pass_over(&mut self, content: &Content) {
        while let Some(off) = content.rows.get(self.next_row).filter(|row| !row.rule.enabled) {
            self.next_row += 1;
            let outcome = format!(
                "{}: switched off, passed over",
                self.checker.row_called(self.next_row, &off.audience)
            );
            let step = Step::new("row", Mark::NotLookedAt, outcome);
            self.steps.push(step.with("row", off.id.as_str()));
        }
    }

    fn decides(&mut self, audience: String, rule: &PlannedRule) {
        let is_split = matches!(rule.serves, Serves::Split(_));
        self.deciding = Deciding::Rule { audience: audience.clone(), is_split };
        self.audience = audience;
    }

    fn everyone_else(&mut self, plan: &Plan) {
        if let Some(content) = self.content.take() {
            self.pass_over(&content);
            self.content = Some(content);
        }
        self.everyone_else_waits = false;
        let step = match &plan.everyone_else {
            Some(rule) => {
                self.decides("Everyone else".to_owned(), rule);
                Step::new("everyone_else", true, "No row matches: everyone else decides")
            }
            None => {
                self.deciding = Deciding::NoRow;
                let outcome = "No row matches, and everyone else is off: the default";
                Step::new("everyone_else", false, outcome)
            }
        };
        self.steps.push(step);
    }

    fn percentage(
        &mut self,
        plan: &Plan,
        rule: &PlannedRule,
        at: Bucketed,
        served: Option<AnswerIndex>,
    ) {
        let inside = served.is_some();
        let (bucket_by, salt) = (plan.bucket_by.as_ref(), &plan.salt);
        let place = Place { bucket_by, salt, percent: rule.rollout, at, inside };
        let mut because = place.in_words(self.subject, &mut self.checker.uses);
        let percent = rule.rollout.in_words();
        let outcome = match (inside, at) {
            (true, _) => format!("In the {percent}"),
            (false, Bucketed::Unknown) => {
                let what = format!("What places them in the {percent}");
                self.deciding = Deciding::Unreadable { what };
                format!("In or outside the {percent} is not known: the default")
            }
            (false, _) => format!("Outside the {percent}: the default"),
        };
        let all_are_in = inside && rule.rollout.is_all();
        if !matches!(at, Bucketed::Unknown) && !all_are_in {
            let audience = self.audience.clone();
            self.deciding = Deciding::Share { audience, percent: rule.rollout, inside };
        }
        let ruleset = &self.compiled.ruleset;
        let variant = served.and_then(|index| ruleset.answers.get(index as usize));
        if let (Serves::Split(_), Some(answer)) = (&rule.serves, variant) {
            let share = share_in_words(at, &answer.variant);
            because.extend(share.map(|share| format!("; {share}")));
        }
        let result = match at {
            Bucketed::Unknown => Mark::Unknown,
            _ => inside.into(),
        };
        let step = Step::new("percentage", result, outcome).because(because);
        self.steps.push(place.add_to(step.with("percent", rule.rollout.to_json())));
    }
}

impl<'r> Trace<'r> for Teller<'_> {
    fn saw(&mut self, event: impl FnOnce() -> Event<'r>) {
        match event() {
            Event::Unpublished => self.unpublished(),
            Event::Serving { place, serving } => self.serving(place, serving),
            Event::TestUser { is_one } => self.test_user(is_one),
            Event::Ramp { active, ramp, at, inside } => self.ramp(active, ramp, at, inside),
            Event::Requirement { requirement, answer, met } => {
                self.requirement(requirement, answer, met);
            }
            Event::Row { row, truth } => self.row(row, truth),
            Event::EveryoneElse { plan } => self.everyone_else(plan),
            Event::Percentage { plan, rule, at, served } => {
                self.percentage(plan, rule, at, served);
            }
        }
    }
}
