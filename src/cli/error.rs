//! Why a command was not done.

use std::{fmt, process::ExitCode};

use crate::{operations::OperationError, settings::SettingError, store::StoreError};

/// Why a command was not done; its text is a sentence or two.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// A setting is wrong.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// What was asked for can't be understood.
    #[error("{0}")]
    Usage(String),
    /// Anything else.
    #[error("{0}")]
    Failed(String),
}

impl CliError {
    /// A failure that speaks for itself.
    pub(super) fn failed(error: &impl fmt::Display) -> CliError {
        CliError::Failed(error.to_string())
    }

    /// 2 for what was asked wrongly, 1 for what could not be done.
    pub(super) fn exit_code(&self) -> ExitCode {
        match self {
            CliError::Setting(_) | CliError::Usage(_) => ExitCode::from(2),
            CliError::Failed(_) => ExitCode::from(1),
        }
    }
}

impl From<OperationError> for CliError {
    fn from(error: OperationError) -> CliError {
        match error {
            // Whoever runs programs here may know what an HTTP client must not.
            OperationError::Unavailable(inner) | OperationError::Internal(inner) => inner.into(),
            other => CliError::failed(&other),
        }
    }
}

impl From<StoreError> for CliError {
    fn from(error: StoreError) -> CliError {
        CliError::Failed(format!("The command failed: {error}."))
    }
}
