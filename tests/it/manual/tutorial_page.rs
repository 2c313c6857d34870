//! A page of Markdown as a story: what is to be typed, written and edited in it, and what the terminal is to say.
//!
//! - A block `console`: each line `$ command`, then what the command says, then `(exit N)` where it is not 0.
//! - A block with `file=NAME`: the file's content, or for `diff file=NAME` an edit of it, which must fit exactly once.
//! - In what a command says, a line `...` stands for any lines, and `[..]` for anything within a line.

/// A part of the page, in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Text for the reader, and blocks that are not run.
    Text(String),
    /// A file is written.
    File { info: String, name: String, body: String },
    /// A file is edited.
    Edit { info: String, name: String, body: String },
    /// Commands, each with what it is to say.
    Console(Vec<(String, String)>),
}

/// Splits a page.
pub fn parts(page: &str) -> Vec<Part> {
    let mut parts = vec![Part::Text(String::new())];
    let mut lines = page.split_inclusive('\n');
    while let Some(line) = lines.next() {
        let info = line.strip_prefix("```").map(str::trim);
        let name = info.and_then(|info| Some(info.split_once("file=")?.1.to_owned()));
        match info {
            Some(info) if info == "console" || name.is_some() => {
                let body: String = lines.by_ref().take_while(|line| line.trim_end() != "```").collect();
                let info = info.to_owned();
                parts.push(match name {
                    Some(name) if info.starts_with("diff") => Part::Edit { info, name, body },
                    Some(name) => Part::File { info, name, body },
                    None => Part::Console(commands(&body)),
                });
                parts.push(Part::Text(String::new()));
            }
            _ => {
                if let Some(Part::Text(text)) = parts.last_mut() {
                    text.push_str(line);
                }
            }
        }
    }
    parts
}

/// The page again.
pub fn joined(parts: &[Part]) -> String {
    let part = |part: &Part| match part {
        Part::Text(text) => text.clone(),
        Part::File { info, body, .. } | Part::Edit { info, body, .. } => format!("```{info}\n{body}```\n"),
        Part::Console(commands) => {
            let commands: String =
                commands.iter().map(|(command, says)| format!("$ {command}\n{says}")).collect();
            format!("```console\n{commands}```\n")
        }
    };
    parts.iter().map(part).collect()
}

fn commands(body: &str) -> Vec<(String, String)> {
    let mut commands: Vec<(String, String)> = Vec::new();
    for line in body.split_inclusive('\n') {
        match (line.strip_prefix("$ "), commands.last_mut()) {
            (Some(command), _) => commands.push((command.trim().to_owned(), String::new())),
            (None, Some((_, says))) => says.push_str(line),
            (None, None) => panic!("a console block begins with `$ `: {line}"),
        }
    }
    commands
}

/// What is another each time: ids, digests, how far a job has come, how long requests took, what a schedule that fired just
/// now used of the month, and dates, where a command cannot be told what time it is (`dates`).
const VARIES: [(&str, &str); 7] = [
    ("[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{64}", "ID"),
    (r"\b(pending|running)\b", "UNDER WAY"),
    (r"\b[0-9]+ of ([0-9]+) sent\b", "SOME of $1 sent"),
    (r"\brequests in [0-9]+ s\b", "requests in no time"),
    (r"this month: [0-9,]+ messages used, ([0-9,]+) planned; together [0-9,]+", "this month: $1 planned"),
    (r"left this month: [0-9,]+ before, [0-9,]+ after", "left this month"),
    (r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun) [0-9]+ [A-Z][a-z]{2} [0-9]{4},? [0-9:]+ \(?[+-][0-9:]+\)?", "DATE"),
];

fn steady(text: &str, dates: bool) -> String {
    let patterns = VARIES.iter().filter(|(_, name)| dates || *name != "DATE");
    patterns.fold(text.to_owned(), |text, (pattern, name)| {
        regex::Regex::new(pattern).unwrap().replace_all(&text, *name).into_owned()
    })
}

/// Whether what was said is what the page has, but for what varies; `dates` vary as well where the command ran now.
pub fn fits(page: &str, said: &str, dates: bool) -> bool {
    let page = steady(page, dates);
    let mut pattern = String::from(r"\A");
    for line in page.lines() {
        if line.trim() == "..." {
            pattern.push_str(r"(?:.*\n)*?");
        } else {
            let pieces: Vec<String> = line.split("[..]").map(regex::escape).collect();
            pattern.push_str(&pieces.join(".*"));
            pattern.push_str(r"\n");
        }
    }
    pattern.push_str(r"\z");
    regex::Regex::new(&pattern).unwrap().is_match(&steady(said, dates))
}

/// Makes the edit; the lines of the page without `+` must be in the file, together and once.
pub fn edited(text: &str, edit: &str) -> String {
    let side = |sign: char| -> String {
        edit.lines()
            .filter(|line| line.starts_with([' ', sign]))
            .map(|line| format!("{}\n", &line[1..]))
            .collect()
    };
    let (old, new) = (side('-'), side('+'));
    assert!(
        !old.is_empty() && text.matches(&old).count() == 1,
        "this edit does not fit:\n{edit}\nin:\n{text}"
    );
    text.replacen(&old, &new, 1)
}

#[test]
fn a_page_comes_back_as_it_was() {
    let page = "# A\n\n```yaml file=a.yaml\nb: 1\n```\n\nText\n\n```diff file=a.yaml\n-b: 1\n+b: 2\n```\n```console\n$ x y\nsays\n\
                $ z\n```\nEnd\n```sh\nnot run\n```\n";
    let parts = parts(page);
    assert_eq!(joined(&parts), page);
    assert_eq!(parts.iter().filter(|part| !matches!(part, Part::Text(_))).count(), 3);
    assert_eq!(edited("a: 1\nb: 1\n", "-b: 1\n+b: 2"), "a: 1\nb: 2\n");
}

#[test]
fn what_differs_is_seen() {
    assert!(fits("a\n...\nz [..] y\n", "a\nb\nc\nz 1 y\n", false));
    assert!(fits("a\n...\nz\n", "a\nz\n", false));
    assert!(fits(
        "job 6ee8a2e3-551b-4211-b380-d021a242dfda\n",
        "job 10f5439f-742f-4a42-8bac-da73ed8efd5d\n",
        false
    ));
    assert!(fits("pending, 0 of 3 sent\n", "running, 1 of 3 sent\n", false));
    let (one, other) = ("next: Mon 7 Dec 2026 09:00 (-05:00)\n", "next: Mon 5 Jul 2027 09:00 (-04:00)\n");
    assert!(fits(one, other, true) && !fits(one, other, false));
    for (page, said) in [
        ("a\n", "b\n"),
        ("a\n", "a\nb\n"),
        ("a\n...\n", "b\n"),
        ("a [..] b\n", "a 1\nb\n"),
        ("", "x\n"),
        ("0 of 3 sent\n", "0 of 4 sent\n"),
        ("completed\n", "running\n"),
    ] {
        assert!(!fits(page, said, true), "{page:?} {said:?}");
    }
}
