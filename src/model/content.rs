//! What a message says, normalised, and its hash.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::digest::Sha256Hex;

/// `message_type` of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MessageType {
    /// Text only.
    Text,
    /// A media URL, perhaps with a text.
    Media,
}

impl MessageType {
    /// The API's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Media => "media",
        }
    }
}

/// What a schedule or a send says: a text, a media URL, or both. Never empty.
#[derive(Clone, PartialEq, Eq)]
pub struct Content {
    /// Normalised text ([`Content::normalise`]); at most 4,096 characters.
    pub text: Option<String>,
    /// An http or https URL.
    pub media: Option<String>,
}

impl Content {
    /// Text as it is sent: NFC, LF line ends, no trailing newline (`product.md`, *Texts*).
    pub fn normalise(text: &str) -> String {
        let text: String = text.replace("\r\n", "\n").replace('\r', "\n").nfc().collect();
        text.trim_end_matches('\n').to_owned()
    }

    /// The API's `message_type`.
    pub fn message_type(&self) -> MessageType {
        if self.media.is_some() { MessageType::Media } else { MessageType::Text }
    }

    /// The hash of the present version.
    pub fn hash(&self) -> ContentHash {
        ContentHash::of(ContentHash::VERSION, self)
    }

    /// Whether what an API echoed is this content. The echo is normalised first.
    pub fn same_as_echo(&self, text: Option<&str>, media: Option<&str>) -> bool {
        let text = text.filter(|t| !t.is_empty()).map(Self::normalise);
        text == self.text && media.filter(|m| !m.is_empty()) == self.media.as_deref()
    }
}

/// Message texts are people's; `Debug` goes to logs and panics.
impl std::fmt::Debug for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Content({})", self.hash())
    }
}

/// SHA-256 over the canonical JSON of {message type, normalised text, media URL}, with the version of that rule
/// (`send-safety.md`, *Names*). Written `1:<64 hex digits>`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ContentHash(String);

impl ContentHash {
    /// The version written today.
    pub const VERSION: u32 = 1;

    fn of(version: u32, content: &Content) -> Self {
        // Canonical: keys in this order, no white space, absent values as null.
        let canonical = serde_json::json!([content.message_type().as_str(), content.text, content.media]);
        let canonical = format!(
            "{{\"media_url\":{},\"message_content\":{},\"message_type\":{}}}",
            canonical[2], canonical[1], canonical[0]
        );
        Self(format!("{version}:{}", Sha256Hex::of(canonical.as_bytes())))
    }

    /// Whether `content` has this hash, in the version in which the hash was recorded. A version that this
    /// program does not know matches nothing: what is not provably the same is treated as another text.
    pub fn matches(&self, content: &Content) -> bool {
        match self.0.split_once(':') {
            Some(("1", _)) => *self == Self::of(1, content),
            _ => false,
        }
    }

    /// Eight digits, for people.
    pub fn short(&self) -> &str {
        self.0.split_once(':').and_then(|(_, hex)| hex.get(..8)).unwrap_or("?")
    }
}

impl std::fmt::Display for ContentHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Content {
        Content { text: Some(Content::normalise(text)), media: None }
    }

    #[test]
    fn spelling_of_the_same_text_has_one_hash() {
        assert_eq!(text("caf\u{e9}\r\nbye\n\n").hash(), text("cafe\u{301}\nbye").hash());
        assert_ne!(text("a").hash(), text("b").hash());
        assert!(text("a").hash().matches(&text("a")));
        assert!(!ContentHash("9:00".to_owned()).matches(&text("a")));
    }

    #[test]
    fn media_is_part_of_the_hash() {
        let media =
            Content { text: Some("a".to_owned()), media: Some("https://example.com/a.pdf".to_owned()) };
        assert_ne!(media.hash(), text("a").hash());
    }

    #[test]
    fn debug_hides_the_text() {
        assert!(!format!("{:?}", text("private words")).contains("private"));
    }
}
