//! `.campaignignore`: patterns of files that are not read, as in `.gitignore`.
//!
//! `*` and `?` within a name, `**` over directories, a leading `/` or a `/` inside ties a pattern to the
//! project's directory, a trailing `/` means directories only, `!` takes a file back in, `#` begins a comment.

#[derive(Debug)]
struct Pattern {
    parts: Vec<String>,
    back_in: bool,
    directories_only: bool,
}

/// The patterns of one file.
#[derive(Debug, Default)]
pub struct Ignore {
    patterns: Vec<Pattern>,
}

impl Ignore {
    /// Reads the patterns; every text is some list of patterns.
    pub fn parse(text: &str) -> Self {
        let patterns = text
            .trim_start_matches('\u{feff}')
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .filter_map(|line| {
                let (line, back_in) = line.strip_prefix('!').map_or((line, false), |rest| (rest, true));
                let (line, directories_only) =
                    line.strip_suffix('/').map_or((line, false), |rest| (rest, true));
                let tied = line.contains('/');
                let mut parts: Vec<String> =
                    line.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
                if parts.is_empty() {
                    return None;
                }
                if !tied {
                    parts.insert(0, "**".to_owned());
                }
                Some(Pattern { parts, back_in, directories_only })
            })
            .collect();
        Self { patterns }
    }

    /// Whether a path, relative to the project's directory and with `/`, is not to be read. The last pattern
    /// that matches decides.
    pub fn matches(&self, path: &str, directory: bool) -> bool {
        let parts: Vec<&str> = path.split('/').collect();
        self.patterns
            .iter()
            .rev()
            .find(|pattern| (directory || !pattern.directories_only) && path_matches(&pattern.parts, &parts))
            .is_some_and(|pattern| !pattern.back_in)
    }
}

/// `**` stands for any number of directories.
fn path_matches(pattern: &[String], path: &[&str]) -> bool {
    wild(pattern, path, |part| part == "**", |part, name| name_matches(part, name))
}

fn name_matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    wild(&pattern, &name, |c| *c == '*', |p, c| *p == '?' || p == c)
}

/// Matching with one kind of wild card, without recursion: on a mismatch, the last wild card takes one more.
fn wild<P, T>(
    pattern: &[P],
    text: &[T],
    is_wild: impl Fn(&P) -> bool,
    same: impl Fn(&P, &T) -> bool,
) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut last: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(part) if is_wild(part) => {
                last = Some((p, t));
                p += 1;
            }
            Some(part) if same(part, &text[t]) => {
                p += 1;
                t += 1;
            }
            _ => match last {
                Some((wild_at, taken)) => {
                    last = Some((wild_at, taken + 1));
                    p = wild_at + 1;
                    t = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(is_wild)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_gitignore() {
        let ignore = Ignore::parse(
            "# comment\n*.draft.yaml\n/old\nteams/*/local.yml\nbuild/\n!keep.draft.yaml\na/**/z.yaml\n",
        );
        for (path, directory, expected) in [
            ("x.draft.yaml", false, true),
            ("deep/x.draft.yaml", false, true),
            ("keep.draft.yaml", false, false),
            ("old", true, true),
            ("deep/old", true, false),
            ("teams/a/local.yml", false, true),
            ("teams/a/b/local.yml", false, false),
            ("build", true, true),
            ("build", false, false),
            ("a/b/c/z.yaml", false, true),
            ("a/z.yaml", false, true),
            ("campaign.yaml", false, false),
        ] {
            assert_eq!(ignore.matches(path, directory), expected, "{path}");
        }
    }

    #[test]
    fn many_stars_end() {
        let ignore = Ignore::parse(&"*a".repeat(40));
        assert!(!ignore.matches(&"a".repeat(5_000).replace("aaaa", "aaab"), false));
    }
}
