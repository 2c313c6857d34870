//! A path as one word of a command that people copy into their shell.

use std::path::Path;

/// The path, in quotes where a shell would take it apart. Good for the shells of Unix; on Windows, spaces are all that
/// is quoted.
pub fn shell_word(path: &Path) -> String {
    let text = path.display().to_string();
    if cfg!(windows) {
        return if text.contains(' ') { format!("\"{text}\"") } else { text };
    }
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+@%,:=".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        text
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn a_shell_takes_it_as_one_word() {
        for (path, word) in [
            ("a/b-c.yaml", "a/b-c.yaml"),
            ("ünï", "ünï"),
            ("my shop", "'my shop'"),
            ("it's $1", "'it'\\''s $1'"),
            ("~x;rm", "'~x;rm'"),
            ("", "''"),
        ] {
            assert_eq!(shell_word(Path::new(path)), word);
        }
    }
}
