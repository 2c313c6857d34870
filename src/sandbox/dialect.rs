//! The readings that `api.md` leaves open, as switches (`--dialect key=value,…`). Owns their names and values;
//! must not know how an answer is built.

/// What holds the items of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Envelope {
    /// An object with the kind's own key: `groups`, `jobs`, `messages`, …
    Named,
    /// A bare array.
    Bare,
    /// An object with `items`.
    Items,
}

/// How a phone comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhoneForm {
    /// `+15550123456`
    Plus,
    /// `15550123456`
    Digits,
    /// `15550123456@c.us`
    Suffix,
}

/// The order of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Newest first.
    New,
    /// Oldest first.
    Old,
}

/// The one body that `members/remove` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemoveForm {
    /// `{"phones": ["…"]}`
    Phones,
    /// `{"contacts": [{"phone": "…"}]}`
    Contacts,
    /// `{"member_ids": ["uuid"]}`
    MemberIds,
}

/// The body of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorForm {
    /// `{"detail": "text"}`
    Detail,
    /// `{"detail": [{"loc": […], "msg": "…", "type": "…"}]}`
    List,
    /// `{"error": "…", "message": "…"}`
    Message,
    /// Plain text.
    Text,
}

/// What a 429 says about when to come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryAfterForm {
    /// Seconds from now.
    Seconds,
    /// An HTTP date.
    Date,
    /// Nothing.
    None,
}

/// What `X-RateLimit-Reset` counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResetForm {
    /// Seconds from now.
    Seconds,
    /// Seconds since 1970.
    Epoch,
}

/// One complete reading of the API. The default is the first value of each key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one independent switch of the contract, named there"
)]
pub struct Dialect {
    /// `envelope`
    pub envelope: Envelope,
    /// `total`: lists say how many there are.
    pub total: bool,
    /// `phone`
    pub phone: PhoneForm,
    /// `echo`: jobs show their message.
    pub echo: bool,
    /// `order`
    pub order: Order,
    /// `page`: the most items in one page, at least 1.
    pub page: usize,
    /// `offset=ignored`: every page is the first one.
    pub offset_ignored: bool,
    /// `member_page`: the most members in a group's detail.
    pub member_page: Option<usize>,
    /// `remove`
    pub remove: RemoveForm,
    /// `error`
    pub error: ErrorForm,
    /// `retry_after`
    pub retry_after: RetryAfterForm,
    /// `rate_headers`: `X-RateLimit-*` on every answer.
    pub rate_headers: bool,
    /// `reset`
    pub reset: ResetForm,
    /// `list_fields=few`: list items lack what the detail has.
    pub few_list_fields: bool,
    /// `rewrite`: cron, times and zones come back spelled otherwise.
    pub rewrite: bool,
    /// `patch=all`: PATCH of a schedule takes every field, not only the documented ones.
    pub patch_all: bool,
    /// `next_run=day_off`: `next_run_at` of a recurring schedule is shown a day late, as in the vendor's example.
    pub next_run_day_off: bool,
    /// `firings_as_jobs`: a firing appears in `/bulk-send`.
    pub firings_as_jobs: bool,
    /// `subscription`: the key may read `/billing/subscription`.
    pub subscription: bool,
}

impl Default for Dialect {
    fn default() -> Self {
        Self {
            envelope: Envelope::Named,
            total: true,
            phone: PhoneForm::Plus,
            echo: false,
            order: Order::New,
            page: 50,
            offset_ignored: false,
            member_page: None,
            remove: RemoveForm::Phones,
            error: ErrorForm::Detail,
            retry_after: RetryAfterForm::Seconds,
            rate_headers: true,
            reset: ResetForm::Seconds,
            few_list_fields: false,
            rewrite: false,
            patch_all: false,
            next_run_day_off: false,
            firings_as_jobs: false,
            subscription: true,
        }
    }
}

/// Why a `--dialect` text could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DialectError {
    /// Not `key=value`.
    #[error("{part:?} is not key=value; write it like envelope=bare,total=no")]
    NotAPair {
        /// The part as written.
        part: String,
    },
    /// A key that does not exist.
    #[error("no dialect switch is called {key:?}; the switches are {}", KEYS.join(", "))]
    UnknownKey {
        /// The key as written.
        key: String,
    },
    /// A value the key does not take.
    #[error("{key}={value} is not possible; {key} takes {allowed}")]
    BadValue {
        /// The key.
        key: &'static str,
        /// The value as written.
        value: String,
        /// What it takes.
        allowed: String,
    },
}

/// Every switch, in the contract's order.
const KEYS: [&str; 19] = [
    "envelope",
    "total",
    "phone",
    "echo",
    "order",
    "page",
    "offset",
    "member_page",
    "remove",
    "error",
    "retry_after",
    "rate_headers",
    "reset",
    "list_fields",
    "rewrite",
    "patch",
    "next_run",
    "firings_as_jobs",
    "subscription",
];

const YES_NO: [(&str, bool); 2] = [("yes", true), ("no", false)];

impl Dialect {
    /// Reads `key=value,key=value`; an empty text is the default. A key given twice keeps the last value.
    pub fn parse(text: &str) -> Result<Self, DialectError> {
        let mut dialect = Self::default();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let Some((key, value)) = part.split_once('=') else {
                return Err(DialectError::NotAPair { part: part.to_owned() });
            };
            dialect.set(key.trim(), value.trim())?;
        }
        Ok(dialect)
    }

    /// Sets one switch.
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), DialectError> {
        let Some(&key) = KEYS.iter().find(|known| **known == key) else {
            return Err(DialectError::UnknownKey { key: key.to_owned() });
        };
        match key {
            "envelope" => {
                let forms =
                    [("named", Envelope::Named), ("bare", Envelope::Bare), ("items", Envelope::Items)];
                self.envelope = pick(key, value, &forms)?;
            }
            "total" => self.total = pick(key, value, &YES_NO)?,
            "phone" => {
                let forms =
                    [("plus", PhoneForm::Plus), ("digits", PhoneForm::Digits), ("suffix", PhoneForm::Suffix)];
                self.phone = pick(key, value, &forms)?;
            }
            "echo" => self.echo = pick(key, value, &YES_NO)?,
            "order" => self.order = pick(key, value, &[("new", Order::New), ("old", Order::Old)])?,
            "page" => self.page = count(key, value, "a whole number from 1 (50 by default)")?,
            "offset" => self.offset_ignored = pick(key, value, &[("yes", false), ("ignored", true)])?,
            "member_page" if value == "all" => self.member_page = None,
            "member_page" => self.member_page = Some(count(key, value, "all or a whole number from 1")?),
            "remove" => {
                let forms = [
                    ("phones", RemoveForm::Phones),
                    ("contacts", RemoveForm::Contacts),
                    ("member_ids", RemoveForm::MemberIds),
                ];
                self.remove = pick(key, value, &forms)?;
            }
            "error" => {
                let forms = [
                    ("detail", ErrorForm::Detail),
                    ("list", ErrorForm::List),
                    ("message", ErrorForm::Message),
                    ("text", ErrorForm::Text),
                ];
                self.error = pick(key, value, &forms)?;
            }
            "retry_after" => {
                let forms = [
                    ("seconds", RetryAfterForm::Seconds),
                    ("date", RetryAfterForm::Date),
                    ("none", RetryAfterForm::None),
                ];
                self.retry_after = pick(key, value, &forms)?;
            }
            "rate_headers" => self.rate_headers = pick(key, value, &YES_NO)?,
            "reset" => {
                self.reset =
                    pick(key, value, &[("seconds", ResetForm::Seconds), ("epoch", ResetForm::Epoch)])?;
            }
            "list_fields" => self.few_list_fields = pick(key, value, &[("all", false), ("few", true)])?,
            "rewrite" => self.rewrite = pick(key, value, &YES_NO)?,
            "patch" => self.patch_all = pick(key, value, &[("known", false), ("all", true)])?,
            "next_run" => self.next_run_day_off = pick(key, value, &[("right", false), ("day_off", true)])?,
            "firings_as_jobs" => self.firings_as_jobs = pick(key, value, &YES_NO)?,
            _ => self.subscription = pick(key, value, &YES_NO)?,
        }
        Ok(())
    }
}

fn pick<T: Copy>(key: &'static str, value: &str, forms: &[(&str, T)]) -> Result<T, DialectError> {
    forms.iter().find(|(name, _)| *name == value).map(|(_, form)| *form).ok_or_else(|| {
        let allowed = forms.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(" or ");
        DialectError::BadValue { key, value: value.to_owned(), allowed }
    })
}

fn count(key: &'static str, value: &str, allowed: &str) -> Result<usize, DialectError> {
    match value.parse() {
        Ok(number) if number >= 1 => Ok(number),
        _ => Err(DialectError::BadValue { key, value: value.to_owned(), allowed: allowed.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_switch_of_the_contract_is_taken_and_the_first_value_is_the_default() {
        let first = "envelope=named,total=yes,phone=plus,echo=no,order=new,page=50,offset=yes,member_page=all,\
                     remove=phones,error=detail,retry_after=seconds,rate_headers=yes,reset=seconds,list_fields=all,\
                     rewrite=no,patch=known,next_run=right,firings_as_jobs=no,subscription=yes";
        assert_eq!(Dialect::parse(first), Ok(Dialect::default()));
        assert_eq!(first.split(',').count(), KEYS.len());
        let second = "envelope=items,total=no,phone=suffix,echo=yes,order=old,page=3,offset=ignored,member_page=2,\
                      remove=member_ids,error=text,retry_after=none,rate_headers=no,reset=epoch,list_fields=few,\
                      rewrite=yes,patch=all,next_run=day_off,firings_as_jobs=yes,subscription=no";
        let read = Dialect::parse(second).unwrap();
        assert_eq!((read.page, read.member_page, read.remove), (3, Some(2), RemoveForm::MemberIds));
        assert_eq!(Dialect::parse(""), Ok(Dialect::default()));
    }

    #[test]
    fn mistakes_name_what_is_allowed() {
        let text = |spec: &str| Dialect::parse(spec).unwrap_err().to_string();
        assert_eq!(
            text("envelope=flat"),
            "envelope=flat is not possible; envelope takes named or bare or items"
        );
        assert!(text("page=0").contains("whole number"));
        assert!(text("colour=red").contains("firings_as_jobs"));
        assert!(text("echo").contains("key=value"));
    }
}
