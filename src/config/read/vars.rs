//! `${VAR}` and `${VAR:-default}` in string values; `$${` is `${` (`product.md`, *Variables*).
//!
//! Values are taken after parsing, once: what a variable holds is not looked at again.

use std::collections::BTreeMap;

/// Why a text could not be filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VarError {
    /// No such variable and no default.
    Missing {
        /// Its name.
        name: String,
        /// As written.
        written: String,
    },
    /// `${` without a name and a closing bracket.
    Form {
        /// As written.
        written: String,
    },
}

impl VarError {
    /// The part of the text it is about.
    pub fn written(&self) -> &str {
        match self {
            Self::Missing { written, .. } | Self::Form { written } => written,
        }
    }
}

/// Mistakes told of one text.
const SHOWN: usize = 20;

/// The text with its variables filled in; `None` when there are none. Otherwise all that is wrong, in order.
pub fn expand(text: &str, vars: &BTreeMap<String, String>) -> Result<Option<String>, Vec<VarError>> {
    if !text.contains("${") {
        return Ok(None);
    }
    let mut out = String::with_capacity(text.len());
    let mut wrong = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("${").filter(|_| wrong.len() < SHOWN) {
        let (before, from) = rest.split_at(at);
        if let Some(before) = before.strip_suffix('$') {
            out.push_str(before);
            out.push_str("${");
            rest = &from[2..];
            continue;
        }
        out.push_str(before);
        // A bracket after another variable closes that one.
        let close = from.find('}').filter(|end| from[2..].find("${").is_none_or(|next| *end < next + 2));
        let Some(end) = close else {
            let next = from[2..].find("${").map_or(from.len(), |next| next + 2);
            wrong.push(VarError::Form { written: from[..next].trim_end().chars().take(40).collect() });
            rest = &from[next..];
            continue;
        };
        let inside = &from[2..end];
        let (name, default) = match inside.split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (inside, None),
        };
        let mut chars = name.chars();
        let is_name = chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
            && chars.all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !is_name {
            wrong.push(VarError::Form { written: from[..=end].to_owned() });
            rest = &from[end + 1..];
            continue;
        }
        match (vars.get(name), default) {
            // As in a shell, `:-` also stands in for an empty value.
            (Some(value), Some(default)) if value.is_empty() => out.push_str(default),
            (Some(value), _) => out.push_str(value),
            (None, Some(default)) => out.push_str(default),
            (None, None) => {
                wrong.push(VarError::Missing { name: name.to_owned(), written: from[..=end].to_owned() });
            }
        }
        rest = &from[end + 1..];
    }
    out.push_str(rest);
    if wrong.is_empty() { Ok(Some(out)) } else { Err(wrong) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_defaults_and_escapes() {
        let vars: BTreeMap<String, String> =
            [("A", "x"), ("E", ""), ("N", "${A}")].map(|(k, v)| (k.to_owned(), v.to_owned())).into();
        let ok = |text: &str| expand(text, &vars).unwrap().unwrap_or_else(|| text.to_owned());
        assert_eq!(ok("a ${A} b ${A}"), "a x b x");
        assert_eq!(ok("${B:-d} ${E:-e} ${E}|"), "d e |");
        assert_eq!(ok("$${A} $5 {name} $A"), "${A} $5 {name} $A");
        assert_eq!(ok("${N}"), "${A}", "values are not looked at again");
        assert!(
            matches!(&expand("x ${NO} y", &vars).unwrap_err()[..], [VarError::Missing { written, .. }] if written == "${NO}")
        );
        for bad in ["${", "${}", "${a b}", "${1}", "${:-x}"] {
            assert!(matches!(expand(bad, &vars).unwrap_err()[..], [VarError::Form { .. }]), "{bad}");
        }
        let wrong = expand("${NO} ${} ${A} ${1A} ${A-b", &vars).unwrap_err();
        assert_eq!(
            wrong.iter().map(VarError::written).collect::<Vec<_>>(),
            ["${NO}", "${}", "${1A}", "${A-b"]
        );
    }
}
