//! What should not be in a text that goes out (`product.md`, *Texts*).

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// A placeholder that nobody fills in: an error.
    Placeholder,
    /// `TODO:`, `[TODO]`, `lorem ipsum`: a warning.
    Draft,
}

static PLACEHOLDER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?x)
        \{\{ [^{}\n]{0,60} \}\}                        # {{name}}
        | \{ \s* [\p{L}_] [\p{L}\p{N}_.\ |-]{0,40} \}  # {name}, {name|friend}, {Hi|Hello}
        | % [A-Za-z_] [A-Za-z0-9_]{0,40} %             # %name%
        | \[ [A-Z] [A-Z0-9_]{1,40} \]                  # [FNAME]
        | \[\[ [^\[\]\n]{1,60} \]\]                    # [[name]]
        | \[ \s* (?i: (?: (?:first|last|full|your|nick|customer|client|contact|company) [\ _-]* )? name
            | company | surname | vorname | nachname | firma | nombre | apellidos? | empresa
            | pr[ée]nom | nom | nome | cognome | sobrenome ) \s* \]   # [First Name]
        | \*\| [^|\n]{1,60} \|\*                       # *|FNAME|*
        | << \s* [\p{L}_] [\p{L}\p{N}_.\ -]{0,40} >>   # <<name>>
        ",
    )
    .ok()
});

static DRAFT: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)\bTODO:|\[TODO\]|\blorem\s+ipsum\b").ok());

/// Whether a text has a placeholder in it.
pub fn is_placeholder(text: &str) -> bool {
    find(text).iter().any(|(found, _)| *found == Found::Placeholder)
}

/// All of them, in order; placeholders at most ten.
pub fn find(text: &str) -> Vec<(Found, Range<usize>)> {
    let drafts: Vec<Range<usize>> =
        DRAFT.iter().flat_map(|regex| regex.find_iter(text)).map(|m| m.range()).take(10).collect();
    let placeholders = PLACEHOLDER
        .iter()
        .flat_map(|regex| regex.find_iter(text))
        .map(|m| m.range())
        .filter(|range| !drafts.iter().any(|draft| draft.start == range.start))
        .take(10);
    let mut found: Vec<_> = placeholders.map(|range| (Found::Placeholder, range)).collect();
    found.extend(drafts.iter().map(|range| (Found::Draft, range.clone())));
    found.sort_by_key(|(_, range)| range.start);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leftovers_are_found_and_plain_text_is_not() {
        for text in [
            "Hi {{name}}!",
            "Hi {{ first.name }}",
            "Hi {name}",
            "Hi {first name}",
            "Hi %name%",
            "Hi [FNAME]",
            "{שם}",
            "Hi {name|friend}",
            "{Hi|Hello} there",
            "Hi *|FNAME|*",
            "Hi << name >>",
            "Hi [First Name]!",
            "Hi [name]",
            "Hi [ your name ]",
            "Hola [Nombre]",
            "Bonjour [Prénom]",
            "Hi [[name]]",
            "Hi [[First Name]]",
        ] {
            assert_eq!(
                find(text).iter().map(|(f, _)| *f).collect::<Vec<_>>(),
                [Found::Placeholder],
                "{text}"
            );
        }
        for text in ["TODO: write this", "[TODO]", "Lorem Ipsum dolor"] {
            assert_eq!(find(text).iter().map(|(f, _)| *f).collect::<Vec<_>>(), [Found::Draft], "{text}");
        }
        for text in [
            "50% off, 20% more",
            "{}",
            "{ }",
            "[1]",
            "[sale]",
            "[new name tags]",
            "[Company news]",
            "[nominations]",
            "a { b",
            "100%",
            "Todo list",
            "*bold* _it_",
            "a << b",
            "<<1>>",
            "|*|",
        ] {
            assert!(find(text).is_empty(), "{text}");
        }
    }
}
