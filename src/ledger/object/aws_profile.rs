//! The files of the AWS tools: keys, region and endpoint of a profile. The client reads only the environment.
//!
//! Profiles that get their keys elsewhere (SSO, roles, processes) have none here, and the error says how to export
//! them.

use std::path::{Path, PathBuf};

use crate::model::Secret;

/// A file of the AWS tools is not longer.
const MAX: u64 = 1 << 20;

/// What the files say about one profile.
#[derive(Debug, Default)]
pub(super) struct Profile {
    pub(super) access_key_id: Option<String>,
    pub(super) secret_access_key: Option<Secret>,
    pub(super) session_token: Option<Secret>,
    pub(super) region: Option<String>,
    pub(super) endpoint_url: Option<String>,
    /// Whether the environment names it: then it has to be of use.
    pub(super) is_named: bool,
}

impl Profile {
    /// The profile of `AWS_PROFILE`, else `default`. A file that is not there says nothing.
    pub(super) fn read() -> Result<Self, &'static str> {
        let env = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
        let file = |variable: &str, name: &str| {
            env(variable)
                .map(PathBuf::from)
                .or_else(|| std::env::home_dir().map(|home| home.join(".aws").join(name)))
                .map_or_else(|| Ok(String::new()), |path| read_file(&path))
        };
        let named = env("AWS_PROFILE");
        let name = named.as_deref().unwrap_or("default");
        let mut profile = Self { is_named: named.is_some(), ..Self::default() };
        profile.add(&file("AWS_CONFIG_FILE", "config")?, name, true);
        profile.add(&file("AWS_SHARED_CREDENTIALS_FILE", "credentials")?, name, false);
        Ok(profile)
    }

    /// Adds what `text` says in the section of `name`; in the config file others than `default` are called
    /// `profile NAME`.
    fn add(&mut self, text: &str, name: &str, is_config: bool) {
        let mut inside = false;
        for line in text.lines() {
            if line.starts_with([' ', '\t']) {
                // A nested setting (`s3 =` and its like).
                continue;
            }
            let line = line.trim();
            if let Some(section) = line.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
                let section = section.trim();
                let profile = section.strip_prefix("profile ").map(str::trim);
                inside = section == name && (!is_config || name == "default")
                    || is_config && profile == Some(name);
                continue;
            }
            let Some((key, value)) = line.split_once('=').filter(|_| inside && !line.starts_with(['#', ';']))
            else {
                continue;
            };
            let value = value.trim();
            if value.is_empty() {
                continue;
            }
            match key.trim() {
                "aws_access_key_id" => self.access_key_id = Some(value.to_owned()),
                "aws_secret_access_key" => self.secret_access_key = Some(Secret::new(value)),
                "aws_session_token" => self.session_token = Some(Secret::new(value)),
                "region" => self.region = Some(value.to_owned()),
                "endpoint_url" => self.endpoint_url = Some(value.to_owned()),
                _ => {}
            }
        }
    }
}

fn read_file(path: &Path) -> Result<String, &'static str> {
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_file() && metadata.len() <= MAX => {
            std::fs::read_to_string(path).map_err(|_| "a file of the AWS tools cannot be read")
        }
        Ok(_) => Err("a file of the AWS tools is no file, or a very long one"),
        Err(_) => Ok(String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_read_from_both_files() {
        let config = "[default]\nregion = us-east-2\n[profile work]\nregion=eu-west-1\ns3 =\n  endpoint_url = x\n\
                      endpoint_url = https://minio.example\n[work]\nregion = wrong\n";
        let keys = "# keys\n[default]\naws_access_key_id = D\n\n[work]\naws_access_key_id = W\n\
                    aws_secret_access_key = a=b/c\n; x = y\naws_session_token=t\n";
        let mut work = Profile::default();
        work.add(config, "work", true);
        work.add(keys, "work", false);
        assert_eq!(work.region.as_deref(), Some("eu-west-1"));
        assert_eq!(work.endpoint_url.as_deref(), Some("https://minio.example"));
        assert_eq!(work.access_key_id.as_deref(), Some("W"));
        assert_eq!(work.secret_access_key.as_ref().map(Secret::expose), Some("a=b/c"));
        assert!(!format!("{work:?}").contains("a=b/c"));
        let mut default = Profile::default();
        default.add(config, "default", true);
        default.add(keys, "default", false);
        assert_eq!(default.region.as_deref(), Some("us-east-2"));
        assert_eq!(default.access_key_id.as_deref(), Some("D"));
        assert!(default.secret_access_key.is_none());
    }
}
