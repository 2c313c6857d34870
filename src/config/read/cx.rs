//! What reading needs at hand: files, the report, variables.

use std::collections::BTreeMap;

use super::Text;
use super::vars::{self, VarError};
use crate::config::report::{At, CellLines, Report};
use crate::config::spans::{FileId, Files, Node, Span};
use crate::model::one_line;

/// Ten times the largest project (`product.md`, *Scale*).
const MAX_MEMBERS: usize = 10_000_000;

/// The context of one load.
pub struct Cx<'a> {
    /// All files.
    pub files: Files,
    /// All mistakes.
    pub report: Report,
    /// `--var` and the environment.
    pub vars: &'a BTreeMap<String, String>,
    /// The key whose value is being read: where a missing key is shown.
    pub owner: Span,
    /// Message files that were read, each once.
    pub texts: BTreeMap<std::path::PathBuf, FileId>,
    /// Bytes of message files that were read.
    pub text_bytes: u64,
    /// Members that may still be taken in, from all sources and unions together.
    pub members_left: usize,
    /// Files of members that were read: how each was named, and whether it is JSON.
    pub sources: BTreeMap<FileId, (Text, bool)>,
    /// Lines of these files that mistakes point at.
    pub lines: CellLines,
    /// Inside members or suppress: values are not repeated in messages.
    pub secret: bool,
}

impl<'a> Cx<'a> {
    /// Nothing read yet.
    pub fn new(vars: &'a BTreeMap<String, String>) -> Self {
        let mut files = Files::default();
        // The place of what has none; never shown.
        let nowhere = files.add(String::new(), std::path::PathBuf::new(), String::new());
        let owner = Span::new(nowhere, 0, 0);
        Self {
            files,
            report: Report::default(),
            vars,
            owner,
            texts: BTreeMap::new(),
            text_bytes: 0,
            members_left: MAX_MEMBERS,
            sources: BTreeMap::new(),
            lines: CellLines::new(),
            secret: false,
        }
    }
}

impl Cx<'_> {
    /// A value for a message: in quotes and short, or `this value` for people's data.
    pub fn quote(&self, node: &Node) -> String {
        match node.text() {
            _ if self.secret => "this value".to_owned(),
            Some(text) if text.contains("${") => format!("the value of \"{}\"", one_line(text, 60)),
            Some(text) => quoted(text),
            None => node.kind().to_owned(),
        }
    }

    /// The text of a scalar with its variables filled in. Also says whether there were any.
    pub fn expand(&mut self, node: &Node, text: &str) -> Option<(String, bool)> {
        match vars::expand(text, self.vars) {
            Ok(None) => Some((text.to_owned(), false)),
            Ok(Some(expanded)) => Some((expanded, true)),
            Err(errors) => {
                let mut from = 0;
                for error in errors {
                    let written = error.written();
                    // The same may be written twice: each has its own place.
                    let found = self.files.slice(node.span).get(from..).and_then(|rest| rest.find(written));
                    let span = match found {
                        Some(at) => {
                            let begin = from + at;
                            from = begin + written.len();
                            node.span.part(begin, written.len())
                        }
                        None => node.span,
                    };
                    self.variable(error, span);
                }
                None
            }
        }
    }

    /// Reports a variable that cannot be filled in.
    fn variable(&mut self, error: VarError, span: Span) {
        match error {
            // What stands in the brackets may be somebody's name or number.
            VarError::Missing { .. } if self.secret => {
                self.report
                    .error("unknown-variable", span, "there is no variable of this name")
                    .help("give it with --var NAME=value or in the environment, or write ${NAME:-default}");
            }
            VarError::Missing { name, .. } => {
                let near = near_variable(&name, self.vars.keys().map(String::as_str))
                    .map_or(String::new(), |near| format!("; did you mean ${{{near}}}?"));
                let help = if super::is_credential(&name) {
                    format!(
                        "its name is a credential's, and these are never taken from the environment; where it is none, give it with --var {name}=VALUE"
                    )
                } else {
                    format!(
                        "give it with --var {name}=VALUE or in the environment, or write ${{{name}:-default}}{near}"
                    )
                };
                self.report
                    .error("unknown-variable", span, format!("there is no variable {name}"))
                    .help(help);
            }
            VarError::Form { .. } => {
                self.report
                    .error("variable-form", span, "`${` begins a variable, and this is none")
                    .help("write ${NAME} or ${NAME:-default}, with letters, digits and _; write $${ for a literal ${");
            }
        }
    }

    /// Takes in so many members. Whether they still fit; said once when they do not.
    pub fn take_members(&mut self, count: usize, at: impl Into<At>) -> bool {
        if let Some(left) = self.members_left.checked_sub(count) {
            self.members_left = left;
            return true;
        }
        if self.members_left > 0 {
            self.members_left = 0;
            self.report
                .error("too-large", at, format!("the groups have more than {MAX_MEMBERS} members together"))
                .help("make it several projects; campaignctl is built for a million members");
        }
        false
    }

    /// Reports that a value is of the wrong kind.
    pub fn wrong_kind(&mut self, node: &Node, wanted: &str, example: &str) {
        let found = node.kind();
        self.report
            .error("wrong-type", node.span, format!("this has to be {wanted}, not {found}"))
            .help(format!("write for example: {example}"));
    }
}

/// A variable that was probably meant. The environment is full of short names: these have to be nearer than other words.
fn near_variable<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let far = |near: &str| strsim::damerau_levenshtein(&near.to_lowercase(), &name.to_lowercase());
    super::nearest(name, known).filter(|near| far(near) <= (name.chars().count() / 3).clamp(1, 2))
}

/// Text in quotes, short and on one line; long numbers are masked.
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", crate::config::spans::private_parts(&one_line(text, 60)))
}
