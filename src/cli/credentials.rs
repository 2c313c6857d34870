//! The key: from the environment or a file, never an argument and never the YAML (`product.md`, *Commands*).

use std::path::Path;

use super::error::CliError;
use crate::api::Auth;
use crate::model::Secret;

/// `X-API-Key`.
pub const KEY: &str = "MOLTFLOW_API_KEY";
/// Bearer.
pub const TOKEN: &str = "MOLTFLOW_TOKEN";

/// The age identity: the text of the key.
pub const AGE_IDENTITY: &str = "CAMPAIGNCTL_AGE_IDENTITY";

/// The longest key file, in bytes.
const LONGEST: u64 = 65_536;

/// Finds the one credential. Two at once are an error: nobody could say which account it would be.
pub fn find(key_file: Option<&Path>, env: impl Fn(&str) -> Option<String>) -> Result<Auth, CliError> {
    let given = |name: &str| env(name).filter(|value| !value.trim().is_empty());
    if let Some(path) = key_file {
        return Ok(Auth::Key(checked(
            &read(path, "key", "--api-key-file")?,
            &format!("the key in {}", path.display()),
        )?));
    }
    match (given(KEY), given(TOKEN)) {
        (Some(_), Some(_)) => Err(CliError::failed(format!("both {KEY} and {TOKEN} are set"))
            .hint(format!("unset one of them: `unset {TOKEN}` to use the API key"))),
        (Some(key), None) => Ok(Auth::Key(checked(&key, KEY)?)),
        (None, Some(token)) => Ok(Auth::Bearer(checked(&token, TOKEN)?)),
        (None, None) => Err(CliError::failed("no API key: campaignctl does not know which account to use")
            .hint(format!("set {KEY} (MoltFlow dashboard: Settings, API keys), or {TOKEN}"))
            .hint("or name a file that has the key: --api-key-file FILE")
            .hint("or try it without an account: --sandbox")),
    }
}

/// What decrypts files of members: the file of `--age-identity`, else [`AGE_IDENTITY`]. None is no mistake: only a
/// project that has such files needs one.
pub fn age_identity(
    file: Option<&Path>,
    env: impl Fn(&str) -> Option<String>,
) -> Result<Option<Secret>, CliError> {
    match file {
        Some(path) => Ok(Some(Secret::new(&read(path, "age identity", "--age-identity")?))),
        None => {
            Ok(env(AGE_IDENTITY).filter(|value| !value.trim().is_empty()).map(|value| Secret::new(&value)))
        }
    }
}

/// A key is one word of printable ASCII; anything else came along by mistake.
fn checked(text: &str, what: &str) -> Result<Secret, CliError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(CliError::failed(format!("{what} is empty"))
            .hint("copy the key from the MoltFlow dashboard: Settings, API keys"));
    }
    if !text.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(CliError::failed(format!("{what} has characters that no key has"))
            .hint("copy only the key itself: one word, no quotes, no line breaks"));
    }
    Ok(Secret::new(text))
}

fn read(path: &Path, what: &str, flag: &str) -> Result<String, CliError> {
    use std::io::Read;
    let fail = |error: &std::io::Error| {
        CliError::failed(format!("the {what} file {} cannot be read", path.display()))
            .because(error)
            .hint(format!("check the path after {flag}, and its permissions"))
    };
    let file = std::fs::File::open(path).map_err(|error| fail(&error))?;
    let mut text = String::new();
    file.take(LONGEST).read_to_string(&mut text).map_err(|error| fail(&error))?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(pairs: &'static [(&'static str, &'static str)]) -> Result<Auth, CliError> {
        find(None, |name| pairs.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn one_credential_and_only_one() {
        assert!(matches!(with(&[(KEY, " k1\n")]), Ok(Auth::Key(key)) if key.expose() == "k1"));
        assert!(matches!(with(&[(TOKEN, "t1"), (KEY, " ")]), Ok(Auth::Bearer(_))));
        assert!(with(&[(KEY, "k"), (TOKEN, "t")]).unwrap_err().message.contains("both"));
        let none = with(&[]).unwrap_err();
        assert!(none.hints.iter().any(|hint| hint.contains("--sandbox")), "{none:?}");
    }

    #[test]
    fn a_mangled_key_is_never_shown() {
        let error = with(&[(KEY, "hunter2 hunter2")]).unwrap_err();
        assert!(!format!("{error:?}").contains("hunter2"));
    }

    #[test]
    fn a_file_wins() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "filekey\n").unwrap();
        let auth = find(Some(file.path()), |_| Some("env".to_owned())).unwrap();
        assert_eq!(auth.secret().expose(), "filekey");
        assert!(find(Some(Path::new("/no/such")), |_| None).is_err());
    }
}
