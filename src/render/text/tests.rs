//! Plans and reports as people read them. The snapshots are read by hand when they change.

use unicode_width::UnicodeWidthStr;

use super::{PlanText, ReportText, TextOptions, progress_line};
use crate::plan::Plan;
use crate::render::samples;

fn text(plan: &Plan, width: usize) -> String {
    PlanText::new(plan, &TextOptions { width, ..TextOptions::default() }).to_string()
}

#[test]
fn everything_at_80_columns() {
    insta::assert_snapshot!(text(&samples::everything(), 80));
}

#[test]
fn everything_at_40_columns() {
    insta::assert_snapshot!(text(&samples::everything(), 40));
}

#[test]
fn a_refused_plan() {
    insta::assert_snapshot!(text(&samples::refused(), 80));
}

#[test]
fn the_first_plan_of_a_beginner() {
    insta::assert_snapshot!(text(&samples::quickstart(), 80));
}

#[test]
fn no_changes() {
    insta::assert_snapshot!(text(&samples::empty(), 80));
}

#[test]
fn with_colour_the_words_are_the_same() {
    let plan = samples::quickstart();
    let options = TextOptions { color: true, ..TextOptions::default() };
    let coloured = PlanText::new(&plan, &options).to_string();
    insta::assert_snapshot!(coloured.replace('\u{1b}', "ESC"));
    assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), text(&plan, 80));
}

#[test]
fn verbose_leaves_nothing_out() {
    let plan = samples::everything();
    let options = TextOptions { verbose: true, show_phones: true, ..TextOptions::default() };
    let text = PlanText::new(&plan, &options).to_string();
    assert!(!text.contains("as before …"), "{text}");
    assert!(text.contains("+15550123456") && text.contains("only after group."), "{text}");
}

#[test]
fn lines_fit_and_have_no_spaces_at_their_end() {
    for plan in [samples::everything(), samples::quickstart(), samples::refused(), samples::hostile()] {
        for width in [24, 40, 60, 80, 100] {
            for color in [false, true] {
                let options = TextOptions { color, width, ..TextOptions::default() };
                let text = PlanText::new(&plan, &options).to_string();
                let text = anstream::adapter::strip_str(&text).to_string();
                for line in text.lines() {
                    assert!(!line.ends_with(' '), "{line:?}");
                    // Only one long word may stand out, and only on a line of its own.
                    let words = line.split_whitespace().filter(|w| !["•", "│"].contains(w)).count();
                    assert!(line.width() <= width || words <= 3, "{width}: {line:?}");
                }
            }
        }
    }
}

#[test]
fn a_report() {
    let options = TextOptions::default();
    insta::assert_snapshot!(ReportText::new(&samples::report(), &options).to_string());
    insta::assert_snapshot!(
        ReportText::new(&samples::report(), &TextOptions { width: 40, ..options }).to_string()
    );
    insta::assert_snapshot!(ReportText::new(&samples::report_done(), &options).to_string());
}

#[test]
fn progress() {
    let report = samples::report();
    let of = report.outcomes.len();
    let lines: Vec<String> =
        report.outcomes.iter().enumerate().map(|(i, outcome)| progress_line(outcome, i + 1, of)).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn control_characters_do_not_reach_the_terminal() {
    let text = text(&samples::hostile(), 80);
    assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
}
