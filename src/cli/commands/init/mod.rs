//! `init`: a small working project. Overwrites nothing.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::Path;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::cli::args::{Format, InitArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::shell::Shell;
use crate::cli::shell_word::shell_word;
use crate::config;

const CAMPAIGN: &str = include_str!("campaign.yaml");
pub(super) const GITIGNORE: &str = include_str!("gitignore");

/// Makes the project.
pub fn run(shell: &Shell, args: &InitArgs) -> Result<Exit, CliError> {
    shell.format(&[Format::Text])?;
    let dir = &args.dir;
    std::fs::create_dir_all(dir).map_err(|error| failed(dir, &error))?;
    let name = name(dir);
    let campaign = CAMPAIGN.replace("PROJECT", &name);
    let schema = format!("{:#}\n", config::schema());
    let taken = dir.join("campaign.yaml");
    if taken.exists() {
        return Err(CliError::refused(format!("{} is there already; nothing was changed", taken.display()))
            .hint("name another directory: campaignctl init DIR"));
    }
    write_new(shell, &dir.join("campaign.schema.json"), &schema)?;
    write_new(shell, &dir.join(".gitignore"), GITIGNORE)?;
    write_new(shell, &taken, &campaign)?;
    let path = if dir == Path::new(".") { String::new() } else { format!(" {}", shell_word(dir)) };
    shell.ui.line(format_args!(
        "A project, called {name}, is in {}. Try it without an account:\n  \
         campaignctl plan --sandbox{path}\n  \
         campaignctl apply --sandbox{path}",
        dir.display()
    ));
    Ok(Exit::Done)
}

/// Writes a file that is not there yet; one that is stays as it is.
pub(super) fn write_new(shell: &Shell, path: &Path, text: &str) -> Result<(), CliError> {
    match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(mut file) => file.write_all(text.as_bytes()).map_err(|error| failed(path, &error)),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            shell.ui.say(format_args!("{} is there already and stays as it is.", path.display()));
            if path.ends_with(".gitignore") {
                shell.ui.say("Make sure that it has these lines: private/ and .campaignctl/");
            }
            Ok(())
        }
        Err(error) => Err(failed(path, &error)),
    }
}

/// The directory's name as a project's: a-z, 0-9 and -, at most 40.
pub(super) fn name(dir: &Path) -> String {
    let dir = dir.canonicalize().unwrap_or_else(|_| dir.to_owned());
    let name = dir.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let mut plain = String::new();
    // An accent is left out, its letter stays.
    for c in name.nfkd().filter(|c| !is_combining_mark(*c) && !matches!(c, '\'' | '\u{2019}')) {
        match ascii(c) {
            "" if plain.is_empty() || plain.ends_with('-') => {}
            "" => plain.push('-'),
            letters => plain.push_str(letters),
        }
    }
    plain.truncate(40);
    let name = plain.trim_end_matches('-');
    if name.is_empty() { "my-campaign".to_owned() } else { name.to_owned() }
}

/// A letter as letters from a to z, a digit as itself; nothing for what is neither.
fn ascii(c: char) -> &'static str {
    const PLAIN: &str = "abcdefghijklmnopqrstuvwxyz0123456789";
    match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'ħ' => "h",
        'ı' => "i",
        _ => PLAIN.find(c).and_then(|at| PLAIN.get(at..=at)).unwrap_or_default(),
    }
}

fn failed(path: &Path, error: &std::io::Error) -> CliError {
    CliError::failed(format!("{} cannot be written", path.display()))
        .because(error)
        .hint("name a directory that may be written to: campaignctl init DIR")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_directory_gives_a_name() {
        assert_eq!(name(Path::new("/no/Spring Offer 2036!")), "spring-offer-2036");
        assert_eq!(name(Path::new("/no/Ünï Çode")), "uni-code");
        assert_eq!(name(Path::new("/no/Große  Łódź & Ærø 2")), "grosse-lodz-aero-2");
        assert_eq!(name(Path::new("/no/Cafe\u{301} Owner's")), "cafe-owners");
        assert_eq!(
            name(Path::new(&format!("/no/{}", "ab ".repeat(30)))),
            ["ab"; 14].join("-").get(..40).unwrap()
        );
        assert_eq!(name(Path::new("/no/---")), "my-campaign");
        assert_eq!(name(Path::new("/no/פרויקט")), "my-campaign");
    }
}
