//! Lists that end in time, and the small parts that plans and reports share.

use std::fmt::Write as _;

use super::escape::{code, escaped, sentence};
use crate::plan::Hold;
use crate::render::figures::{count, wide};

/// The longest list, in bytes. A page of some megabytes is slow; a longer one does not open on a phone.
pub(super) const LONGEST: usize = 3_000_000;
/// The most lines under an item.
const MOST_UNDER: usize = 50;

/// The items in order, as far as they fit, and an item that counts the others, which are not even made.
pub(super) fn capped<I: ExactSizeIterator<Item = String>>(
    items: impl IntoIterator<Item = String, IntoIter = I>,
    what: &str,
) -> String {
    let mut out = String::new();
    let mut items = items.into_iter();
    while let Some(item) = items.next() {
        if out.len() + item.len() > LONGEST {
            let rest = count(wide(items.len() + 1));
            let _ = writeln!(
                out,
                "<li class=\"more\">… and {rest} more {what} (not shown here for length; the plan's text has all)</li>"
            );
            break;
        }
        out.push_str(&item);
    }
    out
}

/// A part of the page with its heading; nothing where it has no items.
pub(super) fn section(id: &str, class: &str, heading: &str, items: Vec<String>, what: &str) -> String {
    if items.is_empty() {
        return String::new();
    }
    format!(
        "<section class=\"{class}\" aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{}</h2>\n<ul>\n{}</ul>\n</section>\n",
        escaped(heading),
        capped(items, what)
    )
}

/// The numbers at the head of a page: `(number, word, class)`.
pub(super) fn tiles(figures: &[(u64, &str, &str)]) -> String {
    let mut out = String::from("<ul class=\"tiles\">\n");
    for (n, word, class) in figures {
        let class = if *n == 0 { "none" } else { class };
        let _ = writeln!(out, "<li class=\"{class}\"><strong>{}</strong> {}</li>", count(*n), escaped(word));
    }
    out.push_str("</ul>\n");
    out
}

/// A hold: what is known, and how to settle it.
pub(super) fn hold_item(address: &str, hold: &Hold) -> String {
    let Hold { text, evidence, ways } = hold;
    format!(
        "<li><p>{} {}</p>\n{}{}</li>\n",
        code(address),
        sentence(text),
        under("What was found:", evidence),
        under("To settle it, one of:", ways)
    )
}

/// Lines under an item; what begins as a command looks like one.
pub(super) fn under(title: &str, lines: &[String]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let mut out = format!("<p class=\"label\">{}</p>\n<ul>\n", escaped(title));
    for line in lines.iter().take(MOST_UNDER) {
        let text = sentence(line);
        let text = if line.starts_with("campaignctl ") { format!("<code>{text}</code>") } else { text };
        let _ = writeln!(out, "<li>{text}</li>");
    }
    if lines.len() > MOST_UNDER {
        let _ = writeln!(out, "<li class=\"more\">… and {} more</li>", lines.len() - MOST_UNDER);
    }
    out.push_str("</ul>\n");
    out
}
