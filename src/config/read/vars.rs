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

/// The text with its variables filled in; `None` when there are none.
pub fn expand(text: &str, vars: &BTreeMap<String, String>) -> Result<Option<String>, VarError> {
    if !text.contains("${") {
        return Ok(None);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let (before, from) = rest.split_at(at);
        if let Some(before) = before.strip_suffix('$') {
            out.push_str(before);
            out.push_str("${");
            rest = &from[2..];
            continue;
        }
        out.push_str(before);
        let form = || VarError::Form { written: from.chars().take(40).collect() };
        let end = from.find('}').ok_or_else(form)?;
        let inside = &from[2..end];
        let (name, default) = match inside.split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (inside, None),
        };
        let mut chars = name.chars();
        let is_name = chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
            && chars.all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !is_name {
            return Err(VarError::Form { written: from[..=end].to_owned() });
        }
        match (vars.get(name), default) {
            // As in a shell, `:-` also stands in for an empty value.
            (Some(value), Some(default)) if value.is_empty() => out.push_str(default),
            (Some(value), _) => out.push_str(value),
            (None, Some(default)) => out.push_str(default),
            (None, None) => {
                return Err(VarError::Missing { name: name.to_owned(), written: from[..=end].to_owned() });
            }
        }
        rest = &from[end + 1..];
    }
    out.push_str(rest);
    Ok(Some(out))
}

/// How the names of credentials end, in every tool's environment: ours, the clouds', the pipelines'.
const CREDENTIALS: [&str; 13] = [
    "TOKEN",
    "SECRET",
    "PASSWORD",
    "PASSWD",
    "CREDENTIALS",
    "API_KEY",
    "ACCESS_KEY",
    "ACCESS_KEY_ID",
    "SECRET_KEY",
    "ACCOUNT_KEY",
    "PRIVATE_KEY",
    "SAS_KEY",
    "IDENTITY",
];

/// Whether a variable of the environment is a credential by its name. Whoever may propose a change of the YAML could
/// otherwise write `${AWS_SECRET_ACCESS_KEY}` into a message, and read it in the plan's comment.
pub fn is_credential(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    CREDENTIALS
        .iter()
        .any(|end| name.strip_suffix(end).is_some_and(|before| before.is_empty() || before.ends_with('_')))
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
            matches!(expand("x ${NO} y", &vars), Err(VarError::Missing { written, .. }) if written == "${NO}")
        );
        for bad in ["${", "${}", "${a b}", "${1}", "${:-x}"] {
            assert!(matches!(expand(bad, &vars), Err(VarError::Form { .. })), "{bad}");
        }
    }
}
