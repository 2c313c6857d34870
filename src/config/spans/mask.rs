//! Lines of files with people's data made unreadable, their structure kept.
//!
//! Values under `members` and `suppress`, and whole rows of CSV files, are masked (`product.md`, *Every mistake*);
//! long numbers are masked wherever they are.

/// The keys that may be read under `members` and `suppress`.
const KEYS: [&str; 12] = [
    "members",
    "members_from",
    "suppress",
    "phone",
    "name",
    "csv",
    "json",
    "group",
    "whatsapp",
    "session",
    "delimiter",
    "without",
];

const DOT: char = '•';

/// A part of a row of a CSV file: every letter and digit is masked.
pub fn row(text: &str) -> String {
    text.chars().map(|c| if c.is_alphanumeric() { DOT } else { c }).collect()
}

/// A part of a line of a JSON file of members: everything but the keys `phone` and `name` is masked.
pub fn json(text: &str) -> String {
    let keys = ["phone", "name"].iter().flat_map(|key| text.match_indices(key)).filter(|(at, key)| {
        let after = text[at + key.len()..].strip_prefix('"');
        text[..*at].ends_with('"') && after.is_some_and(|after| after.trim_start().starts_with(':'))
    });
    let keys: Vec<_> = keys.map(|(at, key)| at..at + key.len()).collect();
    let is_key = |at: usize| keys.iter().any(|key| key.contains(&at));
    text.char_indices().map(|(at, c)| if c.is_alphanumeric() && !is_key(at) { DOT } else { c }).collect()
}

/// What is masked wherever it is: numbers of seven digits and more (`+`, spaces and dashes may be among the
/// digits when a `+` begins it), and the user name and password of an address.
pub fn private_parts(text: &str) -> String {
    long_numbers(&logins(text))
}

/// `https://user:password@host` with the login masked.
fn logins(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        out.push_str(before);
        let end = after.find(|c: char| c.is_whitespace() || "/?#\"',}]".contains(c)).unwrap_or(after.len());
        let login = after[..end].rfind('@').unwrap_or(0);
        out.extend(after[..login].chars().map(|c| if c.is_alphanumeric() { DOT } else { c }));
        rest = &after[login..];
    }
    out.push_str(rest);
    out
}

fn long_numbers(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut i = 0;
    while i < chars.len() {
        let plus = chars[i] == '+';
        if !plus && !chars[i].is_ascii_digit() {
            out.push(chars[i]);
            i += 1;
            continue;
        }
        let mut end = i + 1;
        while end < chars.len() && (chars[end].is_ascii_digit() || (plus && " .-()".contains(chars[end]))) {
            end += 1;
        }
        let digits = chars[i..end].iter().filter(|c| c.is_ascii_digit()).count();
        out.extend(chars[i..end].iter().map(|c| if digits >= 7 && c.is_ascii_digit() { DOT } else { *c }));
        i = end;
    }
    out
}

/// A line of YAML that begins at byte `offset` of its file, masked where it is `secret` and not `seen`. Also says
/// whether something was masked for its place.
pub fn line(text: &str, offset: u32, secret: &[&[(u32, u32)]], seen: &[(u32, u32)]) -> (String, bool) {
    let within = |ranges: &[(u32, u32)], at: usize| {
        let at = offset.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
        ranges.iter().any(|(start, end)| (*start..*end).contains(&at))
    };
    let hidden = |at: usize| secret.iter().any(|ranges| within(ranges, at)) && !within(seen, at);
    let mut out = String::with_capacity(text.len());
    let mut masked = false;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let at = text.len() - rest.len();
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let length = if is_word(c) { rest.find(|c| !is_word(c)).unwrap_or(rest.len()) } else { c.len_utf8() };
        let (token, after) = rest.split_at(length);
        if is_word(c) && hidden(at) && !is_known_key(token, after) {
            out.extend(token.chars().map(|c| if c == '_' { c } else { DOT }));
            masked = true;
        } else {
            out.push_str(token);
        }
        rest = after;
    }
    (private_parts(&out), masked || hidden(0))
}

/// Whether a line is an entry that names a file, and nothing else: a path is what has to be mended, and nobody's data.
pub fn is_path(line: &str) -> bool {
    let entry = line.trim().trim_start_matches(['-', '{', ' ']).trim_end_matches(['}', ' ']);
    ["csv:", "json:"].iter().any(|key| {
        entry.strip_prefix(key).is_some_and(|path| {
            path.starts_with(' ') && !path.contains(['{', '}', '[', ']', ',', ':', '#', '"', '\''])
        })
    })
}

/// Whether it is a key that may be there, or nearly so (a slip in a key has to be seen to be mended).
fn is_known_key(word: &str, after: &str) -> bool {
    after.trim_start_matches(['"', '\'', ' ']).starts_with(':')
        && word.len() <= 14
        && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
        && KEYS.iter().any(|key| strsim::damerau_levenshtein(key, word) <= 2)
}

/// The blocks under `members:` and `suppress:` found by indentation alone, for files that are no YAML.
pub fn secret_blocks(text: &str) -> Vec<(u32, u32)> {
    let mut blocks = Vec::new();
    let mut open: Option<(usize, usize)> = None; // start, indent of its key
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim_start_matches([' ', '\t']);
        let indent = line.len() - trimmed.len();
        // What a tab is worth is not known: a line that one indents may be inside.
        let tab = line[..indent].contains('\t');
        if let Some((start, key_indent)) = open {
            // An item with a slip in its indentation is still one: between two lists there is always a key.
            let inside = trimmed.trim().is_empty()
                || tab
                || indent > key_indent
                || trimmed.starts_with(['-', '[', ']', '{', '}', '#']);
            if !inside {
                blocks.push((start, at));
                open = None;
            }
        }
        if open.is_none()
            && let Some(found) = key_at(line)
        {
            open = Some((at + found, indent));
        }
        at += line.len();
    }
    if let Some((start, _)) = open {
        blocks.push((start, text.len()));
    }
    let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    blocks.into_iter().map(|(start, end)| (narrow(start), narrow(end))).collect()
}

/// Where in a line the value of `members:` or `suppress:` begins.
fn key_at(line: &str) -> Option<usize> {
    ["members", "suppress"].iter().find_map(|key| {
        line.match_indices(key).find_map(|(at, _)| {
            let after = line[at + key.len()..].trim_start_matches(['"', '\'', ' ']);
            let alone =
                line[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != '-');
            (alone && after.starts_with(':')).then_some(at + key.len())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_masked_and_structure_stays() {
        let text = r#"  - {phone: "+15550987654", name: Jane Doe}"#;
        let (shown, secret) = line(text, 0, &[&[(0, 100)]], &[]);
        assert_eq!(shown, r#"  - {phone: "+•••••••••••", name: •••• •••}"#);
        assert!(secret);
        assert_eq!(row("Jane;+1555 x"), "••••;+•••• •");
        assert_eq!(
            json(r#"{"phone": "+1555", "name" : "Jane name", "phone"}"#),
            r#"{"phone": "+••••", "name" : "•••• ••••", "•••••"}"#
        );
    }

    #[test]
    fn only_paths_are_seen() {
        assert!(is_path("  - csv: private/no.csv") && is_path("- {csv: a.csv}"));
        for text in ["- {csv: a.csv, nmae: Jane}", "- {phone: x, name: Jane} # csv: x", "- \"csv: Jane\""] {
            assert!(!is_path(text), "{text}");
        }
        assert_eq!(line("{csv: a.csv, x: Jane}", 0, &[&[(0, 21)]], &[(1, 11)]).0, "{csv: a.csv, •: ••••}");
    }

    #[test]
    fn long_numbers_are_masked_everywhere_and_dates_are_not() {
        let (shown, secret) = line("call: +1 (555) 012-3456 on 2026-12-01 from 15550123456", 0, &[&[]], &[]);
        assert_eq!(shown, "call: +• (•••) •••-•••• on 2026-12-01 from •••••••••••");
        assert!(!secret);
    }

    #[test]
    fn logins_are_masked() {
        assert_eq!(private_parts("a: https://me:pass/word@x.com/b@c"), "a: https://me:pass/word@x.com/b@c");
        assert_eq!(
            private_parts("a: s3://key:secret@x/y, {b: ftp://me@h}"),
            "a: s3://•••:••••••@x/y, {b: ftp://••@h}"
        );
    }

    #[test]
    fn blocks_are_found_by_indentation() {
        let text =
            "groups:\n  vip:\n    members:\n    - 1\n      - 2\n    name: x\nsuppress:\n- 3\nsends: {}\n";
        let found: Vec<&str> =
            secret_blocks(text).iter().map(|(a, b)| &text[*a as usize..*b as usize]).collect();
        assert_eq!(found, [":\n    - 1\n      - 2\n", ":\n- 3\n"]);
        assert!(secret_blocks("a:\n  members_from:\n    - x\n").is_empty());
        // Slips of indentation: a tab, and an item that stands too far left.
        for text in [
            "  members:\n    - 1\n\t- 2\nname: x\n",
            "  members:\n    - 1\n - 2\nname: x\n",
            "  members:\n    - 1\n- 2\nname: x\n",
        ] {
            let blocks = secret_blocks(text);
            let at = u32::try_from(text.find('2').unwrap()).unwrap();
            assert!(blocks.iter().any(|(from, to)| (*from..*to).contains(&at)), "{text}");
            assert!(blocks.iter().all(|(_, to)| *to as usize <= text.find("name").unwrap()), "{text}");
        }
    }
}
