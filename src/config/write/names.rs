//! What can be written as a name or a text so that it is read back as the same.

use crate::model::member_name;

/// Why a name of the account cannot stand in YAML as it is; the rules of `resolve::refer`.
pub fn wrong_name(name: &str) -> Option<&'static str> {
    if name.trim().is_empty() {
        Some("it has no name")
    } else if crate::model::text_length(name) > 255 {
        Some("its name is longer than 255 characters")
    } else if name.chars().any(char::is_control) {
        Some("its name has line breaks or control characters in it")
    } else if name.trim() != name {
        Some("its name begins or ends with a space")
    } else if crate::model::names_phone(name) {
        Some("its name has a phone number in it, which the ledger may not have; rename it on the dashboard")
    } else {
        None
    }
}

/// Whether a member has a name that cannot be written.
pub fn is_lost(name: &str) -> bool {
    member_name(name).is_none()
}

/// `${` would be taken for a variable.
pub fn escaped(text: &str) -> String {
    text.replace("${", "$${")
}
