//! Forms of texts, for editors: what the schema can say of them. Each accepts all that the reader accepts, and
//! variables; where the reader knows more, it says so when the file is read.
//!
//! Written without lookaround, inline flags and needless escapes, so that every reader of JSON Schema takes them.

use serde_json::{Value, json};

/// A form, and what an editor says of a text that does not have it.
type Form = (&'static str, &'static str);

/// A name as the account shows it.
pub const NAME: Form = (
    "^[^ \\t\\r\\n]([^\\t\\r\\n]*[^ \\t\\r\\n])?$|\\$\\{",
    "A name is one line, not empty, without spaces at its ends.",
);
/// A project's name.
pub const PROJECT: Form = ("^[a-z0-9-]{1,40}$|\\$\\{", "Use a-z, 0-9 and -, at most 40 characters.");
/// A web address.
pub const WEB: Form =
    ("^[ \\t\\r\\n]*[Hh][Tt][Tt][Pp][Ss]?:|\\$\\{", "Write a public web address: https://…");
/// `run:`.
pub const RUN: Form = (
    "^[^ \\t\\r\\n]([^\\t\\r\\n]*[^ \\t\\r\\n])?$|\\$\\{",
    "Write 1 to 100 characters on one line, without spaces at its ends.",
);
/// The address of a send.
pub const SEND: Form = ("^send\\.|\\$\\{", "Write send.NAME.");
/// What can be moved.
pub const MOVED: Form = (
    "^(group|schedule|send|project)\\.|\\$\\{",
    "Write group.NAME, schedule.NAME, send.NAME or project.NAME.",
);
/// A ledger's place: no URL, or one of a kind that is known.
pub const LEDGER: Form = (
    "^[ \\t\\r\\n]*([Ff][Ii][Ll][Ee]|[Ss]3[Aa]?|[Gg][Ss]|[Aa][Zz]([Uu][Rr][Ee])?|[Aa][Bb][Ff][Ss][Ss]?)://|^([^:]|:[^/]|:/[^/])*:?/?$|\\$\\{",
    "Write a file, or a bucket with a prefix such as s3://bucket/prefix.",
);
/// A day that its month has (in some year: not February 30), with a time.
pub const MOMENT: Form = (
    "^[ \\t\\r\\n]*[0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|[12][0-9]))[T ]([01][0-9]|2[0-3]):[0-5][0-9]|\\$\\{",
    "Write a day and a time: 2026-12-01T09:00.",
);
/// A time zone.
pub const ZONE: Form = ("^[ \\t\\r\\n]*[A-Za-z]|\\$\\{", "Write a time zone as Area/City: Europe/Berlin.");
/// A cron expression.
pub const CRON: Form = (
    "^\\s*(@[A-Za-z]+|[^\\s]+(\\s+[^\\s]+){4})\\s*$|\\$\\{",
    "Write five fields: minute, hour, day of the month, month, day of the week.",
);
/// What stands between the columns of a CSV.
pub const DELIMITER: Form =
    ("^[^A-Za-z0-9\"\\r\\n]$|^tab$|^\\\\t$|\\$\\{", "Write one character, such as ; or tab.");
/// An id of MoltFlow.
pub const ID: Form = (
    "^[ \\t\\r\\n]*[A-Za-z0-9_.:@-]{1,128}[ \\t\\r\\n]*$|\\$\\{",
    "Write the id as `campaignctl sessions` shows it.",
);
/// The id of a WhatsApp group.
pub const WHATSAPP: Form = ("^[0-9-]{5,64}@g\\.us$|\\$\\{", "Write the id, such as 120363012345@g.us.");
/// A phone number.
pub const PHONE: Form =
    ("^[^A-Za-z]*[0-9][^A-Za-z]*$|\\$\\{", "Write the number with its country code: \"+15550123456\".");

/// What a schema says of a text in this form, of at most so many characters.
pub fn form((pattern, words): Form, longest: Option<u32>) -> Value {
    let mut rule = json!({"pattern": pattern, "patternErrorMessage": words});
    if let Some(longest) = longest {
        rule["maxLength"] = json!(longest);
    }
    json!({"allOf": [rule]})
}

/// A text that is not empty.
pub fn something() -> Value {
    json!({"allOf": [{"minLength": 1}]})
}

/// What a schema says of a number between these.
pub fn range(from: u64, to: u64) -> Value {
    json!({"minimum": from, "maximum": to})
}

/// Exactly one of these keys.
pub fn one_of(keys: &[&str]) -> Value {
    json!({"oneOf": ways(keys)})
}

/// At least one of these keys.
pub fn any_of(keys: &[&str]) -> Value {
    json!({"anyOf": ways(keys)})
}

fn ways(keys: &[&str]) -> Vec<Value> {
    keys.iter().map(|key| json!({"required": [key]})).collect()
}

/// Both rules.
pub fn both(mut one: Value, other: Value) -> Value {
    if let (Some(one), Value::Object(other)) = (one.as_object_mut(), other) {
        one.extend(other);
    }
    one
}

/// These keys are for CSV files.
pub fn with_csv(keys: &[&str]) -> Value {
    let needs: serde_json::Map<String, Value> =
        keys.iter().map(|key| ((*key).to_owned(), json!(["csv"]))).collect();
    json!({"dependentRequired": needs})
}
