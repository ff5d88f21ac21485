//! `flagstaff user add` and `flagstaff user reset`

use std::io::{self, Read};

use clap::{Args, Subcommand};

use super::{CliError, Common, database, print};
use crate::{
    domain::role::Role,
    operations::{
        Actor, OperationError,
        access::{
            MOST_PASSWORD_BYTES, Password, PasswordHasher,
            people::{self, NewPerson},
        },
        setup::FIRST_PROJECT,
    },
    store::people as stored_people,
};

/// What `user` takes.
#[derive(Debug, Subcommand)]
pub(super) enum User {
    /// Add a person
    Add(Add),
    /// Give a person another password, and end all of their sessions
    Reset(Reset),
}

/// What `user add` takes.
#[derive(Debug, Args)]
pub(super) struct Add {
    /// What they sign in with
    #[arg(long)]
    email: String,
    /// What they are called
    #[arg(long)]
    name: String,
    /// admin, product-manager, developer or viewer; an admin is admin of every project
    #[arg(long, value_parser = parse_role)]
    role: Role,
    /// The project that they are a member of
    #[arg(long, default_value = FIRST_PROJECT)]
    project: String,
    #[command(flatten)]
    password: PasswordOption,
    #[command(flatten)]
    common: Common,
}

/// What `user reset` takes.
#[derive(Debug, Args)]
pub(super) struct Reset {
    /// What they sign in with
    #[arg(long)]
    email: String,
    #[command(flatten)]
    password: PasswordOption,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct PasswordOption {
    /// Read the password from standard input; else one is made and printed
    #[arg(long)]
    password_stdin: bool,
}

impl User {
    pub fn common(&self) -> &Common {
        match self {
            User::Add(command) => &command.common,
            User::Reset(command) => &command.common,
        }
    }

    pub fn run(&self) -> Result<(), CliError> {
        match self {
            User::Add(command) => command.run(),
            User::Reset(command) => command.run(),
        }
    }
}

impl Add {
    fn run(&self) -> Result<(), CliError> {
        let password = self.password.get()?;
        let hash = PasswordHasher::new()?.hash(&password)?;
        database::with_prepared(&self.common.database, |store| {
            let project = store.read(|conn| database::project(conn, &self.project))?;
            let new = NewPerson {
                email: &self.email,
                name: &self.name,
                password: &hash,
                role: self.role,
                project: &project,
            };
            store.write(|conn| people::add(conn, &Actor::command_line(), &new))?;
            Ok(())
        })?;
        self.password.show(&password)
    }
}

impl Reset {
    fn run(&self) -> Result<(), CliError> {
        let password = self.password.get()?;
        let hash = PasswordHasher::new()?.hash(&password)?;
        database::with_prepared(&self.common.database, |store| {
            store.write(|conn| {
                let person = stored_people::find_by_email(conn, self.email.trim())?
                    .ok_or(OperationError::NotFound("person"))?;
                people::reset_password(conn, &Actor::command_line(), person.id, &hash)
            })?;
            Ok(())
        })?;
        self.password.show(&password)
    }
}

impl PasswordOption {
    fn get(&self) -> Result<Password, CliError> {
        if self.password_stdin { read_password() } else { Ok(Password::generate()) }
    }

    /// Whoever did not choose the password has to be told.
    fn show(&self, password: &Password) -> Result<(), CliError> {
        if self.password_stdin { Ok(()) } else { print(password.expose()) }
    }
}

/// The whole of standard input, but for one line end.
fn read_password() -> Result<Password, CliError> {
    let mut text = String::new();
    // One byte beyond the longest password and its line end shows that it is too long.
    let most = MOST_PASSWORD_BYTES as u64 + 3;
    io::stdin().take(most).read_to_string(&mut text).map_err(|error| {
        CliError::Usage(format!("The password can't be read from standard input: {error}."))
    })?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    Password::parse(line.strip_suffix('\r').unwrap_or(line)).map_err(CliError::Usage)
}

fn parse_role(text: &str) -> Result<Role, String> {
    Role::parse(text).ok_or_else(|| "write admin, product-manager, developer or viewer".to_owned())
}
