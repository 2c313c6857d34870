//! `group.vip`, `schedule.weekly`, `send.spring-offer`: the names people use for what they manage.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::text::{normal, unseen};

/// What an [`Address`] names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A contact list of MoltFlow (not a WhatsApp group).
    Group,
    /// A scheduled message.
    Schedule,
    /// One bulk send.
    Send,
}

impl Kind {
    /// The word before the dot.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::Schedule => "schedule",
            Self::Send => "send",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The stable name of one managed object: a [`Kind`] and the key it has in the YAML.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// What it names.
    pub kind: Kind,
    /// The key under `groups:`, `schedules:` or `sends:`.
    pub key: String,
}

impl Address {
    /// The longest key, in characters.
    pub const MAX_KEY: usize = 100;

    /// `group.<key>`.
    pub fn group(key: impl Into<String>) -> Self {
        Self { kind: Kind::Group, key: key.into() }
    }

    /// `schedule.<key>`.
    pub fn schedule(key: impl Into<String>) -> Self {
        Self { kind: Kind::Schedule, key: key.into() }
    }

    /// `send.<key>`.
    pub fn send(key: impl Into<String>) -> Self {
        Self { kind: Kind::Send, key: key.into() }
    }

    /// Whether `key` may be a key: letters, digits, `-` and `_`, 1 to 100 of them, a letter or digit first.
    /// Letters of any script are letters, but for those that nobody can see.
    pub fn is_key(key: &str) -> bool {
        let mut chars = key.chars();
        chars.next().is_some_and(char::is_alphanumeric)
            && chars.all(|c| c.is_alphanumeric() || c == '-' || c == '_')
            && unseen(key).is_none()
            && key.chars().count() <= Self::MAX_KEY
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.kind, self.key)
    }
}

/// Why a text is no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// No `group.`, `schedule.` or `send.` before the key.
    #[error("{0:?} is no address: write group.KEY, schedule.KEY or send.KEY, as in send.spring-offer")]
    Form(String),
    /// The key has characters that no key has.
    #[error(
        "{0:?} is no key: use letters, digits, - and _, beginning with a letter or a digit (at most 100)"
    )]
    Key(String),
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (kind, key) = text.split_once('.').ok_or_else(|| AddressError::Form(text.to_owned()))?;
        let kind = match kind {
            "group" => Kind::Group,
            "schedule" => Kind::Schedule,
            "send" => Kind::Send,
            _ => return Err(AddressError::Form(text.to_owned())),
        };
        let key = normal(key);
        if !Self::is_key(&key) {
            return Err(AddressError::Key(key.into_owned()));
        }
        Ok(Self { kind, key: key.into_owned() })
    }
}

impl Serialize for Address {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_read_back_as_written() {
        for text in ["group.vip", "schedule.weekly-update", "send.a_1", "group.לקוחות"] {
            assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
        }
        assert_eq!("send.cafe\u{301}".parse::<Address>().unwrap(), Address::send("caf\u{e9}"));
        for text in ["send.a\u{3164}", "send.a\u{200b}", "send.\u{1160}a"] {
            assert!(text.parse::<Address>().is_err(), "{text:?}");
        }
        for text in ["vip", "groups.vip", "group.", "group.-a", "group.a b", "session.main", ""] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
    }
}
