//! The page round a plan, a report or a calendar: head, policy, style, script.

use sha2::{Digest, Sha256};

use super::escape::{escaped, sentence};
use crate::render::words;

/// One style for all pages. Colours are variables with a light and a dark value each.
pub(super) const STYLE: &str = include_str!("style.css");
/// One script for all pages; each works without it.
const SCRIPT: &str = include_str!("script.js");

/// What is round the content.
pub(super) struct Page<'a> {
    /// `Plan`, `Report`, `Calendar`.
    pub(super) kind: &'a str,
    pub(super) project: &'a str,
    pub(super) environment: &'a str,
    /// A sentence under the title, as HTML.
    pub(super) lead: String,
    /// Controls that need the script, as HTML.
    pub(super) controls: &'a str,
    /// The content, as HTML.
    pub(super) main: String,
    /// Small print, as HTML.
    pub(super) foot: String,
}

impl Page<'_> {
    /// The whole document.
    pub(super) fn html(&self) -> String {
        let Self { kind, project, environment, lead, controls, main, foot } = self;
        let title = sentence(&words::project(project, environment));
        let kind = escaped(kind);
        // No request at all, and no script but this one, whatever a text may smuggle in.
        let policy = format!(
            "default-src 'none'; style-src '{}'; script-src '{}'; img-src data:; base-uri 'none'; form-action 'none'",
            source_of(STYLE),
            source_of(SCRIPT)
        );
        format!(
            "<!DOCTYPE html>\n\
             <html lang=\"en\">\n\
             <head>\n\
             <meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <meta name=\"referrer\" content=\"no-referrer\">\n\
             <meta name=\"generator\" content=\"campaignctl\">\n\
             <meta name=\"robots\" content=\"noindex\">\n\
             <title>{kind}: {title}</title>\n\
             <link rel=\"icon\" href=\"data:,\">\n\
             <style>{STYLE}</style>\n\
             </head>\n\
             <body>\n\
             <a class=\"skip\" href=\"#main\">Skip to the content</a>\n\
             <header class=\"top\">\n\
             <p class=\"kind\">{kind}</p>\n\
             <h1><bdi>{title}</bdi></h1>\n\
             <p class=\"lead\">{lead}</p>\n\
             <div class=\"bar\" id=\"bar\" hidden>\n{controls}\
             <button type=\"button\" id=\"theme\">Dark colours</button>\n\
             </div>\n\
             </header>\n\
             <main id=\"main\" tabindex=\"-1\">\n{main}</main>\n\
             <footer>\n{foot}</footer>\n\
             <script>{SCRIPT}</script>\n\
             </body>\n\
             </html>\n"
        )
    }
}

/// `sha256-…`, as a content security policy names an inline style or script.
fn source_of(text: &str) -> String {
    format!("sha256-{}", base64(&Sha256::digest(text.as_bytes())))
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let at = |i: usize| u32::from(chunk.get(i).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for (i, shift) in [18, 12, 6, 0].into_iter().enumerate() {
            let letter = ALPHABET.get((bits >> shift & 63) as usize).copied().unwrap_or(b'=');
            out.push(char::from(if i > chunk.len() { b'=' } else { letter }));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_as_rfc_4648_has_it() {
        for (text, coded) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(base64(text.as_bytes()), coded);
        }
    }

    #[test]
    fn style_and_script_cannot_end_early_and_ask_for_nothing() {
        for text in [STYLE, SCRIPT] {
            assert!(!text.contains("</") && !text.contains("<!--"));
            for word in ["url(", "http:", "https:", "//cdn", "@import", "fetch(", "XMLHttpRequest"] {
                assert!(!text.contains(word), "{word}");
            }
        }
    }
}
