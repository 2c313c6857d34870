//! Digests: SHA-256 in hexadecimal, and the audience digest that needs the ledger's salt.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::PhoneSet;

/// A SHA-256 as 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sha256Hex(String);

impl Sha256Hex {
    /// The SHA-256 of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(hex(&Sha256::digest(bytes)))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Sha256Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The random key of the audience digests: 32 bytes, made once for a ledger, so that a digest of a small group
/// cannot be turned back into its phones by trying.
#[derive(Clone, PartialEq, Eq)]
pub struct Salt([u8; 32]);

impl Salt {
    /// From 32 random bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// From 64 hexadecimal digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        let mut bytes = [0; 32];
        for (i, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(text.get(2 * i..2 * i + 2)?, 16).ok()?;
        }
        Some(Self(bytes))
    }

    /// As 64 hexadecimal digits, for the ledger.
    pub fn to_hex(&self) -> String {
        hex(&self.0)
    }
}

impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt(…)")
    }
}

/// HMAC-SHA-256 over the sorted phones as digits, one a line, keyed by the ledger's [`Salt`]
/// (`send-safety.md`, *Names*).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AudienceDigest(String);

impl AudienceDigest {
    /// The digest of `phones`.
    pub fn of(salt: &Salt, phones: &PhoneSet) -> Self {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&salt.0) else {
            // HMAC takes keys of every length, so that this is never reached.
            return Self(String::new());
        };
        for phone in phones.iter() {
            mac.update(phone.digits().as_bytes());
            mac.update(b"\n");
        }
        Self(hex(&mac.finalize().into_bytes()))
    }
}

/// HMAC-SHA-256 over the id of a WhatsApp group, keyed by the ledger's [`Salt`]: ids of older groups hold the phone
/// of whoever founded them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WaGroupDigest(String);

impl WaGroupDigest {
    /// The digest of `wa_group_id`, which ends in `@g.us`.
    pub fn of(salt: &Salt, wa_group_id: &str) -> Self {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&salt.0) else {
            // HMAC takes keys of every length, so that this is never reached.
            return Self(String::new());
        };
        mac.update(b"wa-group\n");
        mac.update(wa_group_id.trim().as_bytes());
        Self(hex(&mac.finalize().into_bytes()))
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Phone;

    #[test]
    fn digests_depend_on_salt_and_phones_only() {
        let phones: PhoneSet = [Phone::parse("+15550123456").unwrap()].into_iter().collect();
        let (a, b) = (Salt::new([1; 32]), Salt::new([2; 32]));
        assert_eq!(AudienceDigest::of(&a, &phones), AudienceDigest::of(&a, &phones));
        assert_ne!(AudienceDigest::of(&a, &phones), AudienceDigest::of(&b, &phones));
        assert_ne!(AudienceDigest::of(&a, &phones), AudienceDigest::of(&a, &PhoneSet::new()));
        assert_eq!(Salt::from_hex(&a.to_hex()), Some(a));
        assert_eq!(
            Sha256Hex::of(b"abc").as_str(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
