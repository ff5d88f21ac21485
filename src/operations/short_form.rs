//! The everyday feature flag, without versions or rows spelled out: one key, one audience, one
//! percentage, one status. Built on the operations that spell them out.

use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::archiving::{self, Archive};
use super::editing::{self, Description, Draft, NewExperience};
use super::flags::{self, FlagStatus, FlagView};
use super::keys::NewKey;
use super::obstacles::refused;
use super::publishing::{self, Publish, Replaces};
use super::rights::{find_environment, lock_experience};
use super::switching::{self, Switch};
use super::{Actor, OperationError, experiences};
use crate::domain::bucketing::Rollout;
use crate::domain::experience::Kind;
use crate::domain::key::KeyName;
use crate::domain::reading::{Node, Problems};
use crate::domain::role::Right;
use crate::domain::value::ValueType;
use crate::domain::version::{Content, ShortForm, TargetingRules};
use crate::store::environments::Environment;
use crate::store::experiences::Experience;
use crate::store::{Connection, environments, keys, publications};

/// A flag to be, as it was entered.
#[derive(Debug, Clone, Copy)]
pub struct NewFlag<'a> {
    /// Its project.
    pub project_id: Uuid,
    /// The environment that the status is about.
    pub environment_id: Uuid,
    /// The name of its key: a free boolean key, which is created where there is none.
    pub key: &'a str,
    /// Its name; none: the key's.
    pub name: Option<&'a str>,
    /// What it is for; a new key gets it, too.
    pub description: &'a str,
    /// Words to find it by.
    pub tags: &'a [String],
    /// The key's default; none: the one that the key has, or false.
    pub default_value: Option<bool>,
    /// The share that gets the other value, in percent; none: 100.
    pub rollout_percentage: Option<&'a Json>,
    /// Whom it is for; none: everyone.
    pub targeting_rules: Option<&'a Json>,
    /// The status in the environment; none: draft.
    pub status: Option<FlagStatus>,
    /// Why.
    pub note: &'a str,
}

/// A change of a flag, as it was entered; what is none stays as it is.
#[derive(Debug, Clone, Copy)]
pub struct FlagEdit<'a> {
    /// The environment that the status is about.
    pub environment_id: Uuid,
    /// Refused unless it is the name of the flag's key.
    pub key: Option<&'a str>,
    /// Its name.
    pub name: Option<&'a str>,
    /// What it is for.
    pub description: Option<&'a str>,
    /// Words to find it by.
    pub tags: Option<&'a [String]>,
    /// Refused unless it is the key's default, which acts in every environment.
    pub default_value: Option<bool>,
    /// The share that gets the other value, in percent.
    pub rollout_percentage: Option<&'a Json>,
    /// Whom it is for.
    pub targeting_rules: Option<&'a Json>,
    /// The status in the environment.
    pub status: Option<FlagStatus>,
    /// Whether a new version is published where the flag is published already.
    pub publish: bool,
    /// Whether `Archived` is meant although apps still ask for its key.
    pub despite_deliveries: bool,
    /// Why.
    pub note: &'a str,
}

/// Creates a flag, with its key where there is none, and publishes it as its status says.
/// `key_limit` is how many keys a project may have.
///
/// # Errors
/// [`OperationError::Invalid`] with all problems by field; [`OperationError::Refused`] when the key
/// is held, archived, of another type or has another default; [`OperationError::Forbidden`]
/// without the right to publish there, where the status asks for it.
pub fn create(
    conn: &mut Connection,
    actor: &Actor,
    new: &NewFlag<'_>,
    key_limit: u32,
) -> Result<FlagView, OperationError> {
    actor.require(Right::Edit, new.project_id)?;
    let environment = environment_of(conn, actor, new.project_id, new.environment_id)?;
    if new.status == Some(FlagStatus::Archived) {
        let message = "A new flag is DRAFT, ACTIVE or INACTIVE.";
        return Err(OperationError::invalid("status", message));
    }
    let everyone = ShortForm { targeting_rules: None, rollout: Rollout::ALL };
    let short = read(everyone, new.rollout_percentage, new.targeting_rules)?;
    // Whatever locks environments locks them before everything else.
    environments::lock_all(conn, new.project_id)?;
    let key = KeyName::parse(new.key).map_err(|message| OperationError::invalid("key", message))?;
    let default = take_key(conn, actor, new, key_limit)?;
    // The salt is left out below, and so starts as the slug.
    let mut definition = short.to_content(&key, default, key.as_str()).to_json();
    if let Some(definition) = definition.as_object_mut() {
        definition.remove("salt");
    }
    let experience = NewExperience {
        project_id: new.project_id,
        kind: Kind::FeatureFlag,
        name: new.name.unwrap_or(new.key),
        description: new.description,
        tags: new.tags,
        owner_id: None,
        draft: Draft::Definition(&definition),
        note: new.note,
    };
    let (experience, version) = editing::create(conn, actor, &experience)?;
    let change = Move { experience: &experience, environment: &environment, note: new.note };
    match new.status.unwrap_or(FlagStatus::Draft) {
        FlagStatus::Draft | FlagStatus::Archived => {}
        FlagStatus::Active => change.publish(conn, actor, version.number)?,
        FlagStatus::Inactive => {
            change.publish(conn, actor, version.number)?;
            change.switch_off(conn, actor)?;
        }
    }
    shown(conn, actor, &experience, environment.id)
}

/// Changes the fields that are carried, on the newest version. New content makes a version, and is
/// published where the flag is published already, unless the caller says not to.
///
/// # Errors
/// [`OperationError::Invalid`] with all problems by field; [`OperationError::Refused`] when the
/// flag says more than the short form can, or its status can't be changed so;
/// [`OperationError::Forbidden`] without the right to publish there, where that would happen.
pub fn edit(
    conn: &mut Connection,
    actor: &Actor,
    experience_id: Uuid,
    edit: &FlagEdit<'_>,
) -> Result<FlagView, OperationError> {
    let experience = lock_experience(conn, actor, Right::Edit, experience_id)?;
    let environment = environment_of(conn, actor, experience.project_id, edit.environment_id)?;
    if experience.kind != Kind::FeatureFlag {
        return Err(OperationError::NotFound("feature flag"));
    }
    if experience.archived_at.is_some() && edit.status == Some(FlagStatus::Archived) {
        return shown(conn, actor, &experience, environment.id);
    }
    let described = Description {
        name: edit.name,
        description: edit.description,
        tags: edit.tags,
        owner_id: None,
    };
    let experience = editing::describe(conn, actor, experience.id, &described)?;
    let newest = editing::newest(conn, &experience)?;
    let before = editing::content_of(&newest, &experience)?;
    let view = shown(conn, actor, &experience, environment.id)?;
    check_key(&view, edit)?;
    let content = changed(&view, &before, edit)?;
    let saved = editing::save_on(conn, actor, &experience, newest, content, "", edit.note)?;

    let change = Move { experience: &experience, environment: &environment, note: edit.note };
    change.to(conn, actor, edit, saved.version.number, saved.is_new)?;
    shown(conn, actor, &experience, environment.id)
}

/// A move of a flag to where its status says.
struct Move<'a> {
    experience: &'a Experience,
    environment: &'a Environment,
    note: &'a str,
}

impl Move<'_> {
    fn to(
        &self,
        conn: &mut Connection,
        actor: &Actor,
        edit: &FlagEdit<'_>,
        newest: i32,
        is_new: bool,
    ) -> Result<(), OperationError> {
        let live = publications::active(conn, self.experience.id, self.environment.id)?;
        let published = live.is_some();
        let goes_along = is_new && published && edit.publish;
        let behind = live.is_none_or(|live| live.version != newest);
        match edit.status {
            Some(FlagStatus::Draft) if published => {
                return Err(refused(format!(
                    "Version {newest} can't become a draft again: “{}” is published in “{}”, and \
                     what was published stays. Use INACTIVE to switch it off.",
                    self.experience.name, self.environment.name
                )));
            }
            Some(FlagStatus::Active) if behind => self.publish(conn, actor, newest)?,
            _ if goes_along => self.publish(conn, actor, newest)?,
            _ => {}
        }
        match edit.status {
            Some(FlagStatus::Active) => self.switch_on(conn, actor),
            Some(FlagStatus::Inactive) => self.switch_off(conn, actor),
            Some(FlagStatus::Archived) => {
                let order = Archive {
                    experience_id: self.experience.id,
                    turn_off: false,
                    despite_deliveries: edit.despite_deliveries,
                };
                archiving::archive(conn, actor, &order).map(drop)
            }
            Some(FlagStatus::Draft) | None => Ok(()),
        }
    }

    fn publish(
        &self,
        conn: &mut Connection,
        actor: &Actor,
        version: i32,
    ) -> Result<(), OperationError> {
        let request = Publish {
            experience_id: self.experience.id,
            environment_id: self.environment.id,
            version,
            // The experience's lock is held since what is live was looked at.
            replaces: Replaces::Anything,
            note: self.note,
        };
        publishing::publish(conn, actor, &request).map(drop)
    }

    fn switch_on(&self, conn: &mut Connection, actor: &Actor) -> Result<(), OperationError> {
        switching::switch_on(conn, actor, &self.switch()).map(drop)
    }

    fn switch_off(&self, conn: &mut Connection, actor: &Actor) -> Result<(), OperationError> {
        switching::switch_off(conn, actor, &self.switch()).map(drop)
    }

    fn switch(&self) -> Switch<'_> {
        Switch {
            experience_id: self.experience.id,
            environment_id: self.environment.id,
            note: self.note,
        }
    }
}

fn environment_of(
    conn: &mut Connection,
    actor: &Actor,
    project_id: Uuid,
    environment_id: Uuid,
) -> Result<Environment, OperationError> {
    let environment = find_environment(conn, actor, environment_id)?;
    match environment.project_id == project_id {
        true => Ok(environment),
        false => Err(OperationError::NotFound("environment")),
    }
}

/// Reads a percentage and rules over what is said already.
fn read(
    before: ShortForm,
    percentage: Option<&Json>,
    rules: Option<&Json>,
) -> Result<ShortForm, OperationError> {
    let mut problems = Problems::new();
    let rollout = percentage
        .map(|json| ShortForm::read_rollout(&Node::at("rollout_percentage", json), &mut problems));
    let rules =
        rules.map(|json| TargetingRules::read(&Node::at("targeting_rules", json), &mut problems));
    let rollout = rollout.unwrap_or(Some(before.rollout));
    let targeting_rules = rules.unwrap_or(Some(before.targeting_rules));
    match (rollout, targeting_rules) {
        (Some(rollout), Some(targeting_rules)) if problems.is_empty() => {
            Ok(ShortForm { targeting_rules, rollout })
        }
        _ => Err(OperationError::Invalid(problems)),
    }
}

/// Finds the key, or creates it; answers its default.
fn take_key(
    conn: &mut Connection,
    actor: &Actor,
    new: &NewFlag<'_>,
    key_limit: u32,
) -> Result<bool, OperationError> {
    let wanted = new.default_value;
    let Some(key) = keys::find_by_name(conn, new.project_id, new.key)? else {
        let default = wanted.unwrap_or(false);
        let key = NewKey {
            project_id: new.project_id,
            name: new.key,
            value_type: ValueType::Boolean,
            default_value: &json!(default),
            description: new.description,
            schema: None,
        };
        super::keys::create(conn, actor, &key, key_limit)?;
        return Ok(default);
    };
    let name = &key.name;
    if key.archived_at.is_some() {
        return Err(refused(format!("The key “{name}” is archived. Unarchive it first.")));
    }
    let default = key.default_value.as_bool().ok_or_else(|| {
        let value_type = key.value_type.as_str();
        refused(format!("The key “{name}” is of type {value_type}; a flag needs a boolean one."))
    })?;
    if wanted.is_some_and(|wanted| wanted != default) {
        return Err(refused(format!(
            "There is a key “{name}” already, and its default is {default}. Leave the default out, \
             or change it at the key."
        )));
    }
    Ok(default)
}

fn check_key(view: &FlagView, edit: &FlagEdit<'_>) -> Result<(), OperationError> {
    let Some(key) = &view.key else { return Ok(()) };
    if edit.key.is_some_and(|name| name != key.name) {
        let message = "The key of a flag never changes, since apps are built with it.";
        return Err(OperationError::invalid("key", message));
    }
    let default = key.default_value.as_bool();
    if edit.default_value.is_some() && edit.default_value != default {
        return Err(refused(format!(
            "The default of “{}” acts in every environment at once. Change it at the key, not here.",
            key.name
        )));
    }
    Ok(())
}

/// The newest content with the fields that the edit carries.
fn changed(
    view: &FlagView,
    before: &Content,
    edit: &FlagEdit<'_>,
) -> Result<Content, OperationError> {
    if edit.rollout_percentage.is_none() && edit.targeting_rules.is_none() {
        return Ok(before.clone());
    }
    let short = view.short.clone();
    let default = view.key.as_ref().and_then(|key| key.default_value.as_bool());
    let (Some(short), Some(default), [key]) = (short, default, before.keys.as_slice()) else {
        return Err(refused(format!(
            "“{}” says more than a percentage and targeting rules can. Send its definition instead.",
            view.experience.name
        )));
    };
    let after = read(short.clone(), edit.rollout_percentage, edit.targeting_rules)?;
    match after == short {
        true => Ok(before.clone()),
        false => Ok(after.to_content(key, default, &before.salt)),
    }
}

fn shown(
    conn: &mut Connection,
    actor: &Actor,
    experience: &Experience,
    environment_id: Uuid,
) -> Result<FlagView, OperationError> {
    let (project_id, id) = (experience.project_id, experience.id.to_string());
    let view = experiences::find(conn, actor, project_id, Kind::FeatureFlag, &id)?;
    flags::one(conn, view, environment_id)
}
