//! What a request carried of people and texts, taken out of the words with which a server refuses it
//! (`product.md`: *Message texts are in plans; never in ledger, logs or reports*).
//!
//! Servers quote what they refuse: whole, cut, escaped once or twice, in JSON, in prose. So both sides are compared
//! by their letters and digits alone, escapes resolved. Owns no phones and no keys: those [`super::Shown`] masks.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::plain_words::{self, Letter};
use super::request::ApiRequest;

/// So many letters and digits in a row of a text are a quote of it.
const QUOTE: usize = 12;
/// The same where a letter is a word or a part of one: Chinese, Japanese, Korean, Thai.
const DENSE_QUOTE: usize = 5;
/// A part of a name, or of an address, is hidden from so many letters and digits on.
const PART: usize = 4;
/// A text shorter than this is looked for as a whole, standing alone; so is a line of one, down to [`PART`].
const SHORT: usize = 3;

/// Words of the API about a request, no people's, although someone may be called so.
const OF_THE_API: &str = "already and array body character characters contact contacts conflict could custom does empty \
    error exists exist expected failed field fields found group groups have input invalid json length limit list \
    long maximum member members message messages minimum missing must name names none null number object only phone \
    phones request required schedule sent server session should short string text that this valid value values when \
    will with";

/// What one request carried. Its `Debug` is not there, so that nobody prints it.
#[derive(Default)]
pub struct Echo {
    names: BTreeSet<String>,
    texts: BTreeSet<String>,
    addresses: BTreeSet<String>,
}

/// A needle of letters and digits, with what is written in its place.
struct Needle {
    letters: Vec<char>,
    label: &'static str,
}

impl Echo {
    /// Of a request that has no body, or none with people in it: nothing.
    pub fn nothing() -> Self {
        Self::default()
    }

    /// What `request` carries: names of members, the text, and what an address of media has besides its path.
    pub fn of(request: &ApiRequest) -> Self {
        let mut echo = Self::default();
        if let Some(Value::Object(body)) = &request.body {
            for (key, value) in body {
                // The name of a group or a schedule is nobody's.
                if key != "name" {
                    echo.collect(key, value);
                }
            }
        }
        echo
    }

    // Our own bodies, which `bodies` builds: two levels deep.
    fn collect(&mut self, key: &str, value: &Value) {
        match (key, value) {
            ("name", Value::String(name)) => {
                self.names.insert(name.clone());
            }
            ("message_content", Value::String(text)) => {
                self.texts.insert(text.clone());
            }
            ("media_url", Value::String(url)) => self.collect_url(url),
            (_, Value::Array(items)) => items.iter().for_each(|item| self.collect("", item)),
            (_, Value::Object(map)) => map.iter().for_each(|(key, value)| self.collect(key, value)),
            _ => {}
        }
    }

    fn collect_url(&mut self, url: &str) {
        let (address, fragment) = url.split_once('#').unwrap_or((url, ""));
        let (address, query) = address.split_once('?').unwrap_or((address, ""));
        let authority = address.split_once("://").and_then(|(_, rest)| rest.split('/').next()).unwrap_or("");
        let login = authority.rsplit_once('@').map_or("", |(login, _)| login);
        let values = query.split('&').map(|pair| pair.split_once('=').map_or(pair, |(_, value)| value));
        let parts = values.chain(login.split(':')).chain([query, login, fragment]);
        self.addresses.extend(parts.filter(|part| !part.is_empty()).map(str::to_owned));
    }

    /// `text` without it: `(name)`, `(text)` and `(address)` stand in its place, and a request quoted as JSON is cut
    /// off where it begins. A text that has nothing of it is given back as it is.
    pub fn taken_out(&self, text: &str) -> String {
        let plain = plain_words::decoded(text);
        let letters = plain_words::letters(&plain);
        let mut hidden: Vec<Option<&'static str>> = vec![None; letters.len()];
        for text in &self.texts {
            hide_text(text, &plain, &letters, &mut hidden);
        }
        let needles = self.needles();
        for (start, first) in letters.iter().enumerate() {
            for needle in needles.get(&first.c).into_iter().flatten() {
                hide(needle, start, &plain, &letters, &mut hidden);
            }
        }
        let shown = if hidden.iter().all(Option::is_none) {
            None
        } else {
            Some(rewritten(&plain, &letters, &hidden))
        };
        match quoted_request(shown.as_deref().unwrap_or(&plain)) {
            Some(kept) => format!("{kept}…"),
            None => shown.unwrap_or_else(|| text.to_owned()),
        }
    }

    /// Names, their longer parts and the parts of addresses, by their first letter.
    fn needles(&self) -> BTreeMap<char, Vec<Needle>> {
        let mut seen = BTreeSet::new();
        let mut all: BTreeMap<char, Vec<Needle>> = BTreeMap::new();
        let mut put = |text: &str, label: &'static str, least: usize| {
            let letters = plain_words::only_letters(text);
            let word: String = letters.iter().collect();
            if let Some(first) = letters.first()
                && letters.len() >= least
                && !OF_THE_API.split(' ').any(|of_the_api| of_the_api == word)
                && seen.insert(word)
            {
                all.entry(*first).or_default().push(Needle { letters, label });
            }
        };
        for name in &self.names {
            put(name, "(name)", 1);
            name.split(|c: char| !c.is_alphanumeric()).for_each(|part| put(part, "(name)", PART));
        }
        for part in &self.addresses {
            put(part, "(address)", PART);
        }
        all
    }
}

/// Hides the needle where it stands at `start`, by itself.
fn hide(needle: &Needle, start: usize, plain: &str, letters: &[Letter], hidden: &mut [Option<&'static str>]) {
    let end = start + needle.letters.len();
    let Some(there) = letters.get(start..end) else { return };
    if there.iter().map(|letter| letter.c).eq(needle.letters.iter().copied())
        && plain_words::stands_alone(plain, there)
        && let Some(hidden) = hidden.get_mut(start..end)
    {
        hidden.fill(Some(needle.label));
    }
}

/// Hides what is quoted of a message: every longer run of its letters, and its short lines where they stand alone.
fn hide_text(text: &str, plain: &str, letters: &[Letter], hidden: &mut [Option<&'static str>]) {
    let whole = plain_words::only_letters(text);
    let dense = whole.iter().filter(|c| plain_words::is_dense(**c)).count() * 3 > whole.len();
    let length = if dense { DENSE_QUOTE } else { QUOTE };
    let windows: BTreeSet<&[char]> = whole.windows(length).collect();
    let there: Vec<char> = letters.iter().map(|letter| letter.c).collect();
    for (start, window) in there.windows(length).enumerate() {
        if windows.contains(window)
            && let Some(hidden) = hidden.get_mut(start..start + length)
        {
            hidden.fill(Some("(text)"));
        }
    }
    let lines = text.lines().map(plain_words::only_letters).filter(|line| line.len() >= PART);
    let short = whole.len() < length.max(SHORT);
    for letters_of in lines.chain(short.then(|| whole.clone())).filter(|l| !l.is_empty() && l.len() < length)
    {
        let needle = Needle { letters: letters_of, label: "(text)" };
        for start in 0..letters.len() {
            hide(&needle, start, plain, letters, hidden);
        }
    }
}

/// The text with each hidden run replaced by its label.
fn rewritten(plain: &str, letters: &[Letter], hidden: &[Option<&'static str>]) -> String {
    let mut out = String::with_capacity(plain.len());
    let mut written = 0;
    let mut open: Option<&'static str> = None;
    for (letter, label) in letters.iter().zip(hidden) {
        if let Some(label) = label {
            // What stands between two hidden letters of one kind goes with them.
            if open != Some(label) {
                out.push_str(plain.get(written..letter.start).unwrap_or_default());
                out.push_str(label);
            }
            written = letter.end;
        }
        open = *label;
    }
    out.push_str(plain.get(written..).unwrap_or_default());
    out
}

/// Keys of our bodies that hold people or texts.
const KEYS: [&str; 3] = ["members", "message_content", "media_url"];

/// What stands before a JSON request in the text, where there is one with a key of ours in it.
fn quoted_request(plain: &str) -> Option<&str> {
    let key = KEYS.iter().filter_map(|key| key_at(plain, key)).min();
    // One member of a request, quoted alone.
    let member = || key_at(plain, "phone").and_then(|at| Some(at.min(key_at(plain, "name")?)));
    let at = key.or_else(member)?;
    let before = plain.get(..at)?;
    before.get(..before.find(['{', '['])?).map(str::trim_end)
}

/// Where `key` stands as a key of JSON, or of Python, after a bracket.
fn key_at(plain: &str, key: &str) -> Option<usize> {
    plain.match_indices(key).map(|(at, _)| at).find(|at| {
        let before = plain.get(..*at).unwrap_or_default();
        let after = plain.get(at + key.len()..).unwrap_or_default();
        let quote = before.chars().next_back().filter(|c| matches!(c, '"' | '\''));
        quote.is_some_and(|quote| {
            before.contains(['{', '['])
                && after.strip_prefix(quote).is_some_and(|after| after.trim_start().starts_with(':'))
        })
    })
}

#[cfg(test)]
#[path = "echo_tests.rs"]
mod tests;
