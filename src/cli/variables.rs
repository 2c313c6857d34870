//! Values for `${NAME}` in the YAML: `--var` over `--var-file` over the environment.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::error::CliError;
use crate::config::{has_credential, is_credential};

/// The largest variable file, in bytes.
const LONGEST: u64 = 1 << 20;

/// What a credential's variable holds is looked for in others from this length on: below, it may be any word.
const SHORTEST_SECRET: usize = 12;

/// All values. Credentials of the environment are none: a text with a key in it would go out to people. Whoever means
/// one gives it with `--var`.
pub fn collect(
    vars: &[String],
    files: &[PathBuf],
    env: impl Iterator<Item = (std::ffi::OsString, std::ffi::OsString)>,
) -> Result<BTreeMap<String, String>, CliError> {
    let env = env.filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let (secret, open): (Vec<_>, Vec<_>) = env.partition(|(name, _)| is_credential(name));
    // One by another name is one all the same.
    let secrets: Vec<String> =
        secret.into_iter().map(|(_, value)| value).filter(|value| value.len() >= SHORTEST_SECRET).collect();
    let mut all: BTreeMap<String, String> = open
        .into_iter()
        .filter(|(_, value)| !has_credential(value) && !secrets.iter().any(|secret| value.contains(secret)))
        .collect();
    for path in files {
        read(path, &mut all)?;
    }
    for var in vars {
        let (name, value) = var.split_once('=').ok_or_else(|| {
            // Without one it may be anything: a number that was meant for something else.
            CliError::failed("--var: there is no = in it").hint("write --var NAME=value")
        })?;
        put(name, value, &mut all)
            .map_err(|why| CliError::failed(format!("--var: {why}")).hint("write --var NAME=value"))?;
    }
    Ok(all)
}

fn read(path: &PathBuf, all: &mut BTreeMap<String, String>) -> Result<(), CliError> {
    use std::io::Read;
    let fail = |why: String| {
        CliError::failed(format!("--var-file {}: {why}", path.display()))
            .hint("write one NAME=value a line; lines that begin with # are left out")
    };
    let file = std::fs::File::open(path).map_err(|error| fail(format!("cannot be read: {error}")))?;
    let mut text = String::new();
    file.take(LONGEST).read_to_string(&mut text).map_err(|error| fail(format!("cannot be read: {error}")))?;
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (name, value) =
            line.split_once('=').ok_or_else(|| fail(format!("there is no = in line {}", number + 1)))?;
        let value = value.trim();
        if let Some(first) = seen.insert(name.trim(), number + 1) {
            // The name may be anything as long as it was not looked at: the lines say enough.
            return Err(fail(format!("lines {first} and {} give a value to the same name", number + 1)));
        }
        let unquoted = ['"', '\''].iter().find_map(|q| value.strip_prefix(*q)?.strip_suffix(*q));
        put(name.trim(), unquoted.unwrap_or(value), all)
            .map_err(|why| fail(format!("line {}: {why}", number + 1)))?;
    }
    Ok(())
}

fn put(name: &str, value: &str, all: &mut BTreeMap<String, String>) -> Result<(), &'static str> {
    let mut chars = name.chars();
    let fits = chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !fits {
        return Err("a name has letters, digits and _, and begins with no digit");
    }
    all.insert(name.to_owned(), value.to_owned());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(pairs: &[(&str, &str)]) -> impl Iterator<Item = (std::ffi::OsString, std::ffi::OsString)> {
        pairs.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect::<Vec<_>>().into_iter()
    }

    #[test]
    fn flags_win_over_files_and_files_over_the_environment() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "# x\nB=file\nC = \"a b\"\n").unwrap();
        let vars = collect(
            &["A=flag".to_owned(), "E=a=b".to_owned()],
            &[file.path().to_owned()],
            env(&[("A", "env"), ("B", "env"), ("D", "env")]),
        )
        .unwrap();
        let get = |name: &str| vars.get(name).map(String::as_str);
        assert_eq!((get("A"), get("B"), get("C")), (Some("flag"), Some("file"), Some("a b")));
        assert_eq!((get("D"), get("E")), (Some("env"), Some("a=b")));
    }

    #[test]
    fn a_name_has_one_value_in_a_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "A=1\n# A=2\nB=2\n A = 3\n").unwrap();
        let error = collect(&[], &[file.path().to_owned()], env(&[])).unwrap_err();
        assert!(error.message.contains("lines 1 and 4"), "{}", error.message);
    }

    #[test]
    fn no_credential_is_a_variable() {
        for name in [
            crate::cli::credentials::KEY,
            crate::cli::credentials::TOKEN,
            crate::cli::credentials::AGE_IDENTITY,
            "GITHUB_TOKEN",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
            "CI_JOB_TOKEN",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_ACCESS_KEY_ID",
            "AWS_SESSION_TOKEN",
            "AZURE_CLIENT_SECRET",
            "AZURE_STORAGE_ACCOUNT_KEY",
            "GOOGLE_APPLICATION_CREDENTIALS",
            "PGPASSWORD_PASSWORD",
            "npm_token",
        ] {
            assert!(collect(&[], &[], env(&[(name, "k")])).unwrap().is_empty(), "{name}");
        }
        assert!(collect(&[], &[], env(&[("HTTPS_PROXY", "http://me:hush@proxy:1")])).unwrap().is_empty());
        for name in ["MONKEY", "OFFER", "SHOP_KEYWORD", "HOTKEY"] {
            assert_eq!(collect(&[], &[], env(&[(name, "k")])).unwrap().len(), 1, "{name}");
        }
        // By another name it is one all the same.
        let renamed =
            [("MOLTFLOW_API_KEY", "mf_live_canary_1"), ("FOO", "key: mf_live_canary_1"), ("BAR", "mf_live")];
        let taken = collect(&[], &[], env(&renamed)).unwrap();
        assert_eq!(taken.keys().collect::<Vec<_>>(), ["BAR"]);
        let meant = collect(&["PROMO_TOKEN=x".to_owned()], &[], env(&[])).unwrap();
        assert_eq!(meant.len(), 1, "what is given on purpose is taken");
    }

    #[test]
    fn mistakes_say_the_form_and_not_the_value() {
        for bad in ["A", "=x", "1A=secret", "a b=secret"] {
            let error = collect(&[bad.to_owned()], &[], env(&[])).unwrap_err();
            assert!(error.hints[0].contains("NAME=value") && !error.message.contains("secret"), "{bad}");
        }
    }
}
