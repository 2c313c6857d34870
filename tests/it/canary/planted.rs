//! What is planted, and where product.md allows it.

/// The key.
pub const KEY: &str = "key-canary-5c1e";
/// The bearer token.
pub const TOKEN: &str = "tok-canary-91b2";

/// Credentials of every kind, and the reason of a `resolve`: nowhere, ever.
pub const SECRETS: [&str; 9] = [
    KEY,
    TOKEN,
    "CANARY7IDENTITY",
    "Reason-canary",
    "AKIACANARY4",
    "aws-canary-77d0",
    "proxy-canary-3f9a",
    "runner-canary-a51c",
    // The key as a header of basic authentication, or anything else in base 64, would have it.
    "a2V5LWNhbmFyeS01YzFl",
];

/// The last digits of the planted numbers, however they are spelled; masked output has only two.
const PHONES: [&str; 7] = ["0173942", "017-3942", "017 3942", "017.3942", "0173955", "0173966", "0173977"];
const NAMES: [&str; 2] = ["Zaphodina", "Beeblebrocks"];
const MESSAGES: [&str; 2] = ["Xylophone", "Marimba"];

/// The project. Its members, suppressed and texts are the canaries.
pub const YAML: &str = r#"
version: 1
project: acme
defaults: {session: main, timezone: Asia/Jerusalem}
sessions:
  main: {name: Main Line}
suppress:
  - phone: "+12120173955"
groups:
  vip:
    name: VIP Clients
    members:
      - {phone: "+12120173942", name: Zaphodina Beeblebrocks}
    members_from:
      - csv: private/vip.csv
  staff:
    members: ["+12125550100"]
schedules:
  weekly:
    group: staff
    message: Marimba lessons every week.
    weekly: {on: [monday], at: "09:00"}
sends:
  offer:
    group: vip
    message: "Xylophone sale: ${OFFER}"
"#;

/// `private/vip.csv` of the project.
pub const CSV: &str = "phone,name\n+12120173966,Ford Beeblebrocks\n+12120173955,Nobody\n";

/// What may be where; credentials never.
#[derive(Debug, Clone, Copy)]
pub struct Allowed {
    messages: bool,
    phones: bool,
    names: bool,
}

/// Nothing of it.
pub const NOTHING: Allowed = Allowed { messages: false, phones: false, names: false };
/// *Message texts are in plans.*
pub const PLAN: Allowed = Allowed { messages: true, ..NOTHING };
/// The line with a mistake in it, whose members, suppressed and rows are masked.
pub const LINES: Allowed = PLAN;
/// The account's address book, piped: names, and masked numbers.
pub const CONTACTS: Allowed = Allowed { names: true, ..NOTHING };
/// *`export` … files are exempt*: people.
pub const PEOPLE: Allowed = Allowed { names: true, phones: true, ..NOTHING };
/// What `import` writes, and the emulator's own account.
pub const ALL: Allowed = Allowed { messages: true, ..PEOPLE };

impl Allowed {
    /// The first canary in `text` that may not be there.
    pub fn leak(self, text: &str) -> Option<&'static str> {
        let Self { messages, phones, names } = self;
        let text = plain(text);
        let found = |canaries: &[&'static str]| canaries.iter().copied().find(|c| text.contains(c));
        found(&SECRETS)
            .or_else(|| found(&PHONES).filter(|_| !phones))
            .or_else(|| found(&NAMES).filter(|_| !names))
            .or_else(|| found(&MESSAGES).filter(|_| !messages))
    }
}

/// Without colours, which could cut a canary in two, and without the folds of long lines of a calendar.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        out.push_str(before);
        // A colour is `ESC [ … m`; another sequence ends at its letter too.
        let end = after.find(|c: char| c.is_ascii_alphabetic()).map_or(after.len(), |at| at + 1);
        rest = &after[end..];
    }
    out.push_str(rest);
    out.replace("\r\n ", "").replace("\r\n\t", "")
}

#[test]
fn a_leak_is_found_however_it_is_dressed() {
    for (text, allowed, leak) in [
        ("all is well with +1******42", NOTHING, None),
        ("sent to +12120173942", NOTHING, Some("0173942")),
        ("sent to +1 (212) 017-3942", PLAN, Some("017-3942")),
        ("\u{1b}[31mXylo\u{1b}[0mphone", NOTHING, Some("Xylophone")),
        ("SUMMARY:Xylo\r\n phone", NOTHING, Some("Xylophone")),
        ("Xylophone", PLAN, None),
        ("Xylophone for Zaphodina", PLAN, Some("Zaphodina")),
        ("+12120173966,Ford Beeblebrocks", PEOPLE, None),
        ("+12120173966,Ford Beeblebrocks", CONTACTS, Some("0173966")),
        ("x-api-key: key-canary-5c1e", ALL, Some(KEY)),
    ] {
        assert_eq!(allowed.leak(text), leak, "{text}");
    }
}
