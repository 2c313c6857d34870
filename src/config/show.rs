//! Mistakes as text, in the manner of rustc, and as JSON. Returns values; prints nothing.

use std::fmt;
use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::diagnostic::{Diagnostic, Diagnostics, Place, Severity};
use crate::model::printable;

/// The mistakes with their lines underlined, and a closing line that counts. Lines are at most `width` columns
/// where the terminal is narrower than usual.
pub fn text(diagnostics: &Diagnostics, color: bool) -> impl fmt::Display + '_ {
    Text { diagnostics, color }
}

/// The mistakes for programs: `{"errors": n, "warnings": n, "not_shown": n, "diagnostics": […]}`.
pub fn json(diagnostics: &Diagnostics) -> serde_json::Value {
    let list: Vec<serde_json::Value> = diagnostics.iter().map(one_json).collect();
    serde_json::json!({
        "errors": diagnostics.errors(),
        "warnings": diagnostics.warnings(),
        "not_shown": diagnostics.not_shown(),
        "diagnostics": list,
    })
}

/// The mistakes as annotations of GitHub Actions, one a line: `::error file=…,line=…,col=…,title=…::…`. `name` makes
/// of a file's name the one by which the pull request knows it.
pub fn github<'a>(diagnostics: &'a Diagnostics, name: &'a dyn Fn(&str) -> String) -> impl fmt::Display + 'a {
    Github { diagnostics, name }
}

struct Github<'a> {
    diagnostics: &'a Diagnostics,
    name: &'a dyn Fn(&str) -> String,
}

impl fmt::Display for Github<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The older commands of runners, `##[add-mask]…`, are found anywhere in a line.
        let data = |text: &str| {
            text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A").replace("##[", "# #[")
        };
        let property = |text: &str| data(text).replace(':', "%3A").replace(',', "%2C");
        for diagnostic in self.diagnostics {
            let Diagnostic { severity, code, message, file, line, column, help, .. } = diagnostic;
            let command = match severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            };
            write!(f, "::{command} file={}", property(&(self.name)(file)))?;
            if *line > 0 {
                write!(f, ",line={line},col={column}")?;
            }
            write!(f, ",title={}::{}", property(code), data(message))?;
            match help {
                Some(help) => writeln!(f, ". {}", data(help))?,
                None => writeln!(f)?,
            }
        }
        Ok(())
    }
}

fn one_json(diagnostic: &Diagnostic) -> serde_json::Value {
    let Diagnostic {
        severity,
        code,
        message,
        file,
        line,
        column,
        length,
        line_text,
        cut: _,
        help,
        also,
        secret,
    } = diagnostic;
    let also: Vec<serde_json::Value> =
        also.iter().map(|(place, note)| serde_json::json!({"note": note, "place": place})).collect();
    serde_json::json!({
        "severity": severity,
        "code": code,
        "message": message,
        "file": file,
        "line": line,
        "column": column,
        "length": length,
        "line_text": line_text,
        "help": help,
        "also": also,
        "masked": secret,
    })
}

struct Text<'a> {
    diagnostics: &'a Diagnostics,
    color: bool,
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let renderer = if self.color { Renderer::styled() } else { Renderer::plain() };
        let renderer = renderer.decor_style(DecorStyle::Ascii).term_width(160);
        for diagnostic in self.diagnostics {
            writeln!(f, "{}\n", with_real_columns(renderer.render(&[group(diagnostic)]), diagnostic))?;
        }
        closing(self.diagnostics, f)
    }
}

fn group(diagnostic: &Diagnostic) -> Group<'_> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let place = Place {
        file: diagnostic.file.clone(),
        line: diagnostic.line,
        column: diagnostic.column,
        length: diagnostic.length,
        line_text: diagnostic.line_text.clone(),
        cut: diagnostic.cut,
    };
    let title = level.primary_title(printable(&diagnostic.message)).id(diagnostic.code);
    let mut group = match snippet(&place, AnnotationKind::Primary, None) {
        Some(snippet) => title.element(snippet),
        None => title.element(origin(&place)),
    };
    for (place, note) in &diagnostic.also {
        group = match snippet(place, AnnotationKind::Context, Some(note)) {
            Some(snippet) => group.element(snippet),
            None => group.element(Level::NOTE.message(printable(&format!("{note}: {}", named(place))))),
        };
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(printable(help)));
    }
    group
}

fn origin(place: &Place) -> Origin<'static> {
    let origin = Origin::path(path(&place.file));
    if place.line == 0 { origin } else { origin.line(place.line).char_column(place.column) }
}

fn named(place: &Place) -> String {
    let file = path(&place.file);
    if place.line == 0 { file } else { format!("{file}:{}", place.line) }
}

/// The name of a file on one line: whoever reads the text takes a line of it for one of ours.
fn path(file: &str) -> String {
    printable(file).replace('\n', "\\n")
}

/// Where a long line was cut at its left, the renderer counts columns from the cut.
fn with_real_columns(rendered: String, diagnostic: &Diagnostic) -> String {
    let (file, line, column, cut) = (&diagnostic.file, diagnostic.line, diagnostic.column, diagnostic.cut);
    let also = diagnostic.also.iter().map(|(place, _)| (&place.file, place.line, place.column, place.cut));
    std::iter::once((file, line, column, cut)).chain(also).filter(|(.., cut)| *cut > 0).fold(
        rendered,
        |text, (file, line, column, cut)| {
            let file = path(file);
            // One more than the distance from the cut: the ellipsis.
            let wrong = format!("{file}:{line}:{}\n", column + 1 - cut);
            text.replacen(&wrong, &format!("{file}:{line}:{column}\n"), 1)
        },
    )
}

fn snippet(
    place: &Place,
    kind: AnnotationKind,
    label: Option<&str>,
) -> Option<Snippet<'static, annotate_snippets::Annotation<'static>>> {
    let text = place.line_text.as_ref()?;
    let (text, range) = windowed(text, place);
    let mut annotation = kind.span(range);
    if let Some(label) = label {
        annotation = annotation.label(printable(label));
    }
    Some(Snippet::source(text).path(path(&place.file)).line_start(place.line).annotation(annotation))
}

/// The line as shown, and the bytes of it that are underlined.
fn windowed(text: &str, place: &Place) -> (String, Range<usize>) {
    let lead = if place.cut > 0 { "…" } else { "" };
    let shown = format!("{lead}{}", printable(text));
    let byte = |characters: usize| {
        // `printable` may lengthen what comes before: count in what it makes of it.
        let before: String = text.chars().take(characters).collect();
        lead.len() + printable(&before).len()
    };
    let first = (place.column.saturating_sub(1)).saturating_sub(place.cut);
    let (start, end) = (byte(first), byte(first + place.length));
    let range = if start == end { shown.len()..shown.len() } else { start..end };
    (shown, range)
}

fn closing(diagnostics: &Diagnostics, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let count = |n: usize, what: &str| match n {
        1 => format!("1 {what}"),
        n => format!("{n} {what}s"),
    };
    let mut parts = Vec::new();
    if diagnostics.errors() > 0 {
        parts.push(count(diagnostics.errors(), "error"));
    }
    if diagnostics.warnings() > 0 {
        parts.push(count(diagnostics.warnings(), "warning"));
    }
    if parts.is_empty() {
        return Ok(());
    }
    write!(f, "{}", parts.join(", "))?;
    if diagnostics.not_shown() > 0 {
        write!(f, " ({} not shown: mend these first)", diagnostics.not_shown())?;
    }
    writeln!(f)
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn the_name_of_a_file_is_one_line() {
        assert_eq!(path("a\n~~~~\u{1b}[0m.yaml"), "a\\n~~~~\\u{1b}[0m.yaml");
    }
}
