//! YAML text to [`Node`]s. The only place that knows the parser.
//!
//! Budgets keep hostile input from costing time or memory: depth, number of nodes, size of what aliases repeat.

use std::collections::BTreeMap;

use granit_parser::{Event, Parser, ScalarStyle};

use super::words::{BRACKET, BRACKET_HELP, in_words};
use super::{FileId, Node, Span, Style, Value};
use crate::config::report::Report;

/// Nesting beyond which nothing sensible is written (`product.md`: 100-deep nesting is an error).
const MAX_DEPTH: usize = 64;
/// A million members written as `{phone, name}` are five million nodes.
const MAX_NODES: usize = 6_000_000;
/// Nodes that aliases may repeat, all together.
const MAX_REPEATED: usize = 50_000;
/// Anchors a file.
const MAX_ANCHORS: usize = 10_000;

enum Open {
    List { start: Span, anchor: usize, items: Vec<Node> },
    Map { start: Span, anchor: usize, entries: Vec<(Node, Node)>, key: Option<Node> },
}

/// Why reading stopped; already reported.
struct Stop;

struct Builder<'a> {
    report: &'a mut Report,
    open: Vec<Open>,
    root: Option<Node>,
    nodes: usize,
    repeated: usize,
    anchors: BTreeMap<usize, Option<Node>>,
    text: &'a str,
    /// Where texts that begin with a bracket were reported: what follows them is the same mistake.
    brackets: Vec<usize>,
}

/// Reads one document. `None` where it is no YAML; what is wrong is in the report. An empty file is a null.
pub fn parse(file: FileId, text: &str, report: &mut Report) -> Option<Node> {
    let mut options = granit_parser::options! {
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
        disallow_directives: true,
    };
    options.set_emit_comments(false);
    let mut builder = Builder {
        report,
        open: Vec::new(),
        root: None,
        nodes: 0,
        repeated: 0,
        anchors: BTreeMap::new(),
        text,
        brackets: Vec::new(),
    };
    let mut documents = 0;
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = match event {
            Ok(found) => found,
            Err(error) => {
                let at = error.marker().byte_offset().unwrap_or(text.len()).min(text.len());
                let (at, message, help) = in_words(&error, text, at);
                if builder.brackets.contains(&at) {
                    return None;
                }
                let rest = &text[at..];
                let length = rest.find(char::is_whitespace).unwrap_or(rest.len()).min(40);
                let length = (0..=length).rev().find(|n| rest.is_char_boundary(*n)).unwrap_or(0);
                builder.report.error("yaml", Span::new(file, at, at + length), message).help(help);
                return None;
            }
        };
        let bytes = span.byte_range().unwrap_or(0..0);
        let span = Span::new(file, bytes.start, bytes.end);
        if matches!(event, Event::DocumentStart(..)) {
            documents += 1;
            if documents > 1 {
                builder
                    .report
                    .error("yaml", span, "a second document begins here")
                    .help("write one document a file: remove the `---`, or make it a file of its own");
                return None;
            }
        }
        if builder.take(event, span).is_err() {
            return None;
        }
    }
    Some(
        builder.root.unwrap_or(Node {
            span: Span::new(file, 0, 0),
            value: Value::Scalar(Box::from(""), Style::Plain),
        }),
    )
}

impl Builder<'_> {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Stop> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let style = match style {
                    ScalarStyle::Plain if !tag.as_ref().is_some_and(|t| t.is_yaml_core_schema_tag("str")) => {
                        Style::Plain
                    }
                    _ => Style::Quoted,
                };
                if tag.as_ref().is_some_and(|t| !t.is_yaml_core_schema_tag("str")) {
                    self.tag(span);
                }
                let node = Node { span, value: Value::Scalar(text.into(), style) };
                self.place(node, anchor)
            }
            Event::SequenceStart(_, anchor, tag) => {
                if tag.is_some() {
                    self.tag(span);
                }
                self.open(Open::List { start: span, anchor, items: Vec::new() })
            }
            Event::MappingStart(_, anchor, tag) => {
                if tag.is_some() {
                    self.tag(span);
                }
                self.open(Open::Map { start: span, anchor, entries: Vec::new(), key: None })
            }
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(Open::List { start, anchor, items }) => {
                    let end = span.end.max(items.last().map_or(start.end, |last| last.span.end));
                    let end =
                        if span.end > span.start { end } else { items.last().map_or(end, |l| l.span.end) };
                    self.place(Node { span: Span { end, ..start }, value: Value::List(items) }, anchor)
                }
                Some(Open::Map { start, anchor, entries, .. }) => {
                    let last = entries.last().map_or(start.end, |(k, v)| v.span.end.max(k.span.end));
                    let end = if span.end > span.start { span.end.max(last) } else { last };
                    let entries = self.without_repeats(entries);
                    self.place(Node { span: Span { end, ..start }, value: Value::Map(entries) }, anchor)
                }
                None => Ok(()),
            },
            Event::Alias(id) => self.alias(id, span),
            _ => Ok(()),
        }
    }

    fn tag(&mut self, span: Span) {
        self.report
            .error("yaml", span, "a tag (`!…`) means nothing here")
            .help("remove the word that begins with `!`; put the value in quotes if the `!` belongs to it");
    }

    fn open(&mut self, open: Open) -> Result<(), Stop> {
        if self.open.len() >= MAX_DEPTH {
            let (Open::List { start, .. } | Open::Map { start, .. }) = open;
            self.report
                .error("too-deep", start, format!("nested more than {MAX_DEPTH} deep"))
                .help("campaign files need at most six levels: look for a bracket that was never closed");
            return Err(Stop);
        }
        self.open.push(open);
        Ok(())
    }

    fn count(&mut self, nodes: usize, span: Span) -> Result<(), Stop> {
        self.nodes += nodes;
        if self.nodes > MAX_NODES {
            self.report
                .error("too-large", span, format!("more than {MAX_NODES} values in one file"))
                .help("move members to CSV files and name them under `members_from:`");
            return Err(Stop);
        }
        Ok(())
    }

    fn place(&mut self, node: Node, anchor: usize) -> Result<(), Stop> {
        self.count(1, node.span)?;
        if anchor != 0 {
            if self.anchors.len() >= MAX_ANCHORS {
                self.report
                    .error("too-large", node.span, format!("more than {MAX_ANCHORS} anchors (`&name`)"))
                    .help("write the values out, or put texts under `messages:` and use them by name");
                return Err(Stop);
            }
            let small = node.size() <= MAX_REPEATED;
            self.anchors.insert(anchor, small.then(|| node.clone()));
        }
        self.put(node);
        Ok(())
    }

    fn put(&mut self, node: Node) {
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::List { items, .. }) => items.push(node),
            Some(Open::Map { entries, key, .. }) => match key.take() {
                None => *key = Some(node),
                Some(key) => entries.push((key, node)),
            },
        }
    }

    fn alias(&mut self, id: usize, span: Span) -> Result<(), Stop> {
        match self.anchors.get(&id) {
            Some(Some(node)) => {
                let size = node.size();
                self.repeated += size;
                if self.repeated <= MAX_REPEATED {
                    let node = node.clone();
                    self.count(size, span)?;
                    self.put(node);
                    return Ok(());
                }
                self.too_many_repeats(span)
            }
            Some(None) => self.too_many_repeats(span),
            None => {
                self.report
                    .error("yaml", span, "an alias (`*name`) inside the value it stands for")
                    .help("write the value out");
                Err(Stop)
            }
        }
    }

    fn too_many_repeats(&mut self, span: Span) -> Result<(), Stop> {
        self.report
            .error("too-large", span, format!("aliases (`*name`) repeat more than {MAX_REPEATED} values"))
            .help("write the values out; a list of members that several groups share is `- group: NAME` under `members_from:`");
        Err(Stop)
    }

    /// Reports keys given twice and keys that are no texts, and leaves them out.
    fn without_repeats(&mut self, entries: Vec<(Node, Node)>) -> Vec<(Node, Node)> {
        let first = repeats(&entries);
        let mut kept = entries;
        let mut index = 0;
        kept.retain(|(key, _)| {
            let before = first.get(&index).copied();
            index += 1;
            let Some(text) = key.text() else {
                let start = key.span.start as usize;
                let template = self.text.get(..start).is_some_and(|before| before.ends_with('{'));
                if template {
                    self.brackets.push(start - 1);
                }
                let (message, help) = if template {
                    (BRACKET, BRACKET_HELP)
                } else {
                    ("a list or a mapping cannot be a key", "a key is a word followed by `: `")
                };
                self.report.error("yaml", key.span, message).help(help);
                return false;
            };
            if text == "<<" {
                self.report
                    .error("yaml", key.span, "merge keys (`<<`) are not read")
                    .help("write the keys out; what all schedules and sends share goes under `defaults:`");
                return false;
            }
            if let Some(before) = before {
                let shown = quote_key(text);
                self.report
                    .error("duplicate-key", key.span, format!("{shown} is given twice"))
                    .also(before, "first given here")
                    .help("keep one of the two; YAML would silently forget the other");
                return false;
            }
            true
        });
        kept.shrink_to_fit();
        kept
    }
}

/// Of each key that is there before, by its index, where it was given first.
fn repeats(entries: &[(Node, Node)]) -> BTreeMap<usize, Span> {
    let mut order: Vec<(&str, usize)> =
        entries.iter().enumerate().filter_map(|(index, (key, _))| Some((key.text()?, index))).collect();
    order.sort_unstable();
    let same = order.chunk_by(|(a, _), (b, _)| a == b);
    same.filter_map(|same| same.split_first())
        .flat_map(|((_, first), again)| again.iter().map(|(_, index)| (*index, entries[*first].0.span)))
        .collect()
}

/// A key for a message: one that may be somebody's number is not repeated.
fn quote_key(text: &str) -> String {
    if text.chars().count() > 60 || text.chars().filter(char::is_ascii_digit).count() >= 7 {
        "this key".to_owned()
    } else {
        format!("`{}`", crate::model::printable(text))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Files;
    use super::*;

    fn read(text: &str) -> (Option<Node>, usize) {
        let mut files = Files::default();
        let file = files.add("a".into(), "a".into(), text.into());
        let mut report = Report::default();
        let node = parse(file, text, &mut report);
        (node, report.count())
    }

    #[test]
    fn scalars_keep_text_and_style() {
        let (node, errors) = read("on: yes\nrun: 1\nphone: +15550123456\nat: 12:30\nq: \"1\"\ne:\n");
        let node = node.unwrap();
        assert_eq!(errors, 0);
        assert_eq!(node.entry("on").unwrap().1.plain(), Some("yes"));
        assert_eq!(node.entry("phone").unwrap().1.plain(), Some("+15550123456"));
        assert_eq!(node.entry("at").unwrap().1.plain(), Some("12:30"));
        assert_eq!(node.entry("q").unwrap().1.plain(), None);
        assert!(node.entry("e").unwrap().1.is_null());
    }

    #[test]
    fn aliases_repeat_within_a_budget() {
        let (node, errors) = read("a: &x [1, 2]\nb: *x\n");
        assert_eq!(errors, 0);
        assert!(matches!(&node.unwrap().entry("b").unwrap().1.value, Value::List(items) if items.len() == 2));
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for i in 1..20 {
            let list = vec![format!("*a{}", i - 1); 9].join(", ");
            bomb.push_str(&format!("a{i}: &a{i} [{list}]\n"));
        }
        assert!(read(&bomb).0.is_none());
        assert_eq!(read("a: 1\nb: 2\na: 3\n").1, 1);
    }
}
