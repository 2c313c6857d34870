//! `sessions:`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Written;
use super::keys::keys;
use super::names::{escaped, wrong_name};
use crate::model::{ObservedSession, PhonePlace, replace_phones};

/// A session as written.
#[derive(Debug, Serialize)]
pub struct SessionOut {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
}

/// All of them, by name; by id where the name says too little.
pub fn write(sessions: &[ObservedSession], written: &mut Written) -> BTreeMap<String, SessionOut> {
    // Keys are in the ledger, which has no phone.
    let names: Vec<String> = sessions
        .iter()
        .map(|session| replace_phones(&session.name, PhonePlace::Prose, |_| String::new()))
        .collect();
    let keys = keys(names.iter().map(String::as_str), "session");
    sessions
        .iter()
        .zip(keys)
        .map(|(session, key)| {
            let unique = sessions.iter().filter(|other| other.name == session.name).count() == 1;
            let by_name = unique && wrong_name(&session.name).is_none();
            let out = SessionOut {
                name: by_name.then(|| escaped(&session.name)),
                id: (!by_name).then(|| session.id.to_string()),
            };
            written.sessions.insert(key.clone(), session.id.clone());
            (key, out)
        })
        .collect()
}
