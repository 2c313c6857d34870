//! Which variables of the environment look like credentials, and so are no values for `${NAME}`. Whoever may propose a
//! change of the YAML could otherwise write `${AWS_SECRET_ACCESS_KEY}` into a message, and read it in the plan's
//! comment. `docs/pipelines.md`, *Secrets*, has the rule.

/// Words between the underscores of a name that make it a credential's.
const WORDS: [&str; 26] = [
    "TOKEN",
    "SECRET",
    "PASS",
    "PASSWD",
    "PASSWORD",
    "PASSPHRASE",
    "PWD",
    "KEY",
    "PAT",
    "OTP",
    "DSN",
    "JWT",
    "SAS",
    "COOKIE",
    "AUTH",
    "BEARER",
    "CREDENTIAL",
    "CREDENTIALS",
    "CREDS",
    "IDENTITY",
    "PRIVATE",
    "WEBHOOK",
    "HOOK",
    "PGPASS",
    "KUBECONFIG",
    "NETRC",
];

/// Alone or glued to what is before them, as in `PGPASSWORD`.
const GLUED: [&str; 11] = [
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "SECRET",
    "TOKEN",
    "APIKEY",
    "SECRETKEY",
    "ACCESSKEY",
    "PRIVATEKEY",
    "SIGNINGKEY",
    "ENCRYPTIONKEY",
];

/// How names of addresses end that have a login in them, or are one.
const ENDS: [&str; 13] = [
    "CONNECTION_STRING",
    "CONNECTIONSTRING",
    "CONN_STR",
    "DATABASE_URL",
    "DATABASE_URI",
    "DB_URL",
    "DB_URI",
    "POSTGRES_URL",
    "MYSQL_URL",
    "MONGODB_URI",
    "REDIS_URL",
    "AMQP_URL",
    "CI_REPOSITORY_URL",
];

/// How tokens begin whose makers mark them so, each with what they are at least long, in characters.
const TOKENS: [(&str, usize); 14] = [
    ("ghp_", 20),
    ("gho_", 20),
    ("ghu_", 20),
    ("ghs_", 20),
    ("github_pat_", 20),
    ("glpat-", 20),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("sk_live_", 20),
    ("AKIA", 20),
    ("ASIA", 20),
    ("eyJ", 40),
    ("AGE-SECRET-KEY-", 20),
    ("npm_", 30),
];

/// The parts of a value that are looked at: an address with a login is no longer.
const LOOKED_AT: usize = 1 << 16;

/// Whether a variable is a credential by its name.
pub fn is_credential(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    name.split('_').any(|word| {
        // `TOKEN1`, `API_KEYS`.
        let one = word.trim_end_matches(|c: char| c.is_ascii_digit());
        [one, one.strip_suffix('S').unwrap_or(one)]
            .iter()
            .any(|word| WORDS.contains(word) || GLUED.iter().any(|end| word.ends_with(end)))
    }) && !is_own_directory(&name)
        || ENDS.iter().any(|end| {
            name.strip_suffix(end).is_some_and(|before| before.is_empty() || before.ends_with('_'))
        })
}

/// `PWD` alone is where the shell is, and a secret of nobody.
fn is_own_directory(name: &str) -> bool {
    matches!(name, "PWD" | "OLDPWD")
}

/// Whether a value is a credential, or has one in it: an address with a login, a private key, a token that says so.
pub fn has_credential(value: &str) -> bool {
    let end = (0..=LOOKED_AT.min(value.len())).rev().find(|at| value.is_char_boundary(*at)).unwrap_or(0);
    let value = value.get(..end).unwrap_or_default();
    has_login(value)
        || value.contains("PRIVATE KEY-----")
        || value.split_whitespace().any(|word| {
            TOKENS.iter().any(|(begin, least)| {
                word.starts_with(begin)
                    && word.len() >= *least
                    && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
            })
        })
}

/// `https://user:password@host`, and a token as the user.
fn has_login(value: &str) -> bool {
    value.split("://").skip(1).any(|after| {
        let end = after.find(|c: char| c.is_whitespace() || "/?#\"'<>".contains(c)).unwrap_or(after.len());
        after
            .get(..end)
            .and_then(|authority| authority.rsplit_once('@'))
            .is_some_and(|(login, _)| !login.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_credentials() {
        for name in [
            "PGPASSWORD",
            "MYSQL_PWD",
            "DB_PASS",
            "DATABASE_URL",
            "REDIS_URL",
            "SHOP_REDIS_URL",
            "GH_PAT",
            "PASSPHRASE",
            "SSH_KEY",
            "DEPLOY_KEY",
            "SIGNING_KEY",
            "SECRET_KEY_BASE",
            "AZURE_STORAGE_CONNECTION_STRING",
            "SENTRY_DSN",
            "SLACK_WEBHOOK_URL",
            "CI_JOB_JWT",
            "CI_JOB_JWT_V2",
            "CI_REPOSITORY_URL",
            "KUBECONFIG",
            "COOKIE",
            "BASIC_AUTH",
            "SSHPASSPHRASE",
            "MYAPIKEY",
            "aws_access_key_id",
            "PRIVATE_PEM",
            "BOT_TOKEN_2",
            "APIKEY",
            "API_KEYS",
            "MY_TOKEN1",
            "SECRETKEY",
            "ENCRYPTIONKEY",
            "SLACK_HOOK",
            "PGPASS",
            "TOKENS",
            "SECRETS",
            "PASSWORDS",
        ] {
            assert!(is_credential(name), "{name}");
        }
        for name in [
            "OFFER",
            "KEYNOTE",
            "PASSAGE",
            "COMPASS_DATE",
            "BYPASS",
            "MONKEY",
            "HOTKEY",
            "KEYWORD",
            "PATH",
            "PATTERN",
            "AUTHOR",
            "SPIN",
            "SHOP_URL",
            "PWD",
            "OLDPWD",
            "HOME",
            "GITHUB_SHA",
        ] {
            assert!(!is_credential(name), "{name}");
        }
    }

    #[test]
    fn values_that_are_credentials() {
        for value in [
            "http://me:pass@proxy:8080",
            "see https://token@git.example.com/a.git",
            "-----BEGIN OPENSSH PRIVATE KEY-----\nabc",
            "ghp_0123456789abcdefghij",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
        ] {
            assert!(has_credential(value), "{value}");
        }
        for value in [
            "",
            "20 % off",
            "mail me@example.com",
            "https://example.com/@shop?mail=a@b.com",
            "http://localhost and me@x",
            "ASIA Special Offer Week",
            "ASIA",
            "eyJ",
            "://@x",
            "é://é",
        ] {
            assert!(!has_credential(value), "{value}");
        }
    }
}
