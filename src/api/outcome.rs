//! How a request that makes something ended. What may have happened unseen is a variant of its own, so that
//! nobody can take it for a failure.

use jiff::Timestamp;

use super::error::ApiError;
use super::shown::Shown;
use super::transport::Left;
use crate::model::ObservedJob;

/// How the POST `/bulk-send` ended: the table of `send-safety.md`, *One send*, step 4.
#[derive(Debug, Clone)]
pub enum SendOutcome {
    /// No byte of the request left.
    NotSent {
        /// Why, in our words; may be stored.
        why: String,
    },
    /// Refused by the API: no job was made.
    Rejected {
        /// 400, 401, 403, 404, 422 or 429.
        status: u16,
        /// The API's text: to be shown, never stored.
        text: Shown,
        /// `X-Required-Scopes`.
        scopes: Option<String>,
        /// At 429, when it may be tried again, where the server said.
        retry_at: Option<Timestamp>,
    },
    /// A job was made.
    Accepted {
        /// As the answer has it.
        job: Box<ObservedJob>,
    },
    /// There may be a job.
    InDoubt {
        /// Why, in our words; may be stored.
        why: String,
        /// The answer's text, where there was one: to be shown, never stored.
        text: Option<Shown>,
    },
}

/// How another POST that creates ended. An ambiguous one is settled by reading (`send-safety.md`, *Groups and
/// schedules*).
#[derive(Debug, Clone)]
pub enum CreateOutcome<T> {
    /// No byte of the request left.
    NotSent {
        /// What went wrong.
        error: ApiError,
    },
    /// Refused by the API: nothing was made.
    Rejected {
        /// With the API's text.
        error: ApiError,
    },
    /// Made.
    Created(T),
    /// It may have been made.
    InDoubt {
        /// Why, in our words; may be stored.
        why: String,
        /// The error, where there was one: to be shown.
        error: Option<ApiError>,
    },
}

impl SendOutcome {
    /// Sorts the end of the one request.
    pub(super) fn of(result: Result<(u16, Option<ObservedJob>), ApiError>) -> Self {
        match result {
            Ok((200 | 201, Some(job))) => Self::Accepted { job: Box::new(job) },
            Ok((200 | 201, None)) => {
                Self::InDoubt { why: "the answer says done but names no job".to_owned(), text: None }
            }
            Ok((status, _)) => {
                Self::InDoubt { why: format!("the answer is HTTP {status}, not 201"), text: None }
            }
            Err(ApiError::Status(error))
                if error.body.is_api && matches!(error.status, 400 | 401 | 403 | 404 | 422 | 429) =>
            {
                Self::Rejected {
                    status: error.status,
                    text: error.body.text,
                    scopes: error.required_scopes,
                    retry_at: error.retry_at,
                }
            }
            Err(ApiError::Transport { error, .. }) if error.left == Left::No => {
                Self::NotSent { why: error.to_string() }
            }
            Err(error) => {
                let text = error.as_status().map(|e| e.body.text.clone()).filter(|text| !text.is_empty());
                Self::InDoubt { why: error.cause(), text }
            }
        }
    }
}

impl<T> CreateOutcome<T> {
    /// Sorts the end of the request; it was repeated only where an attempt surely did nothing.
    pub(super) fn of(result: Result<(u16, Option<T>), ApiError>) -> Self {
        match result {
            Ok((200..=201, Some(made))) => Self::Created(made),
            Ok((status, _)) => {
                Self::InDoubt { why: format!("the answer is HTTP {status} without an id"), error: None }
            }
            Err(error) if error.is_not_sent() => Self::NotSent { error },
            Err(error) => {
                let refused = error.as_status().is_some_and(|e| {
                    e.body.is_api && (400..500).contains(&e.status) && !matches!(e.status, 408 | 425)
                });
                if refused {
                    Self::Rejected { error }
                } else {
                    Self::InDoubt { why: error.cause(), error: Some(error) }
                }
            }
        }
    }
}
