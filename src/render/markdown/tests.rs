//! Markdown stays within its bytes and cannot be broken out of.

use super::{plan_markdown, report_markdown};
use crate::render::PlanUse;
use crate::render::samples;

#[test]
fn a_plan_with_everything() {
    insta::assert_snapshot!(plan_markdown(&samples::everything(), PlanUse::Apply));
}

#[test]
fn a_plan_without_changes() {
    insta::assert_snapshot!(plan_markdown(&samples::empty(), PlanUse::Apply));
}

#[test]
fn a_report_with_everything() {
    insta::assert_snapshot!(report_markdown(&samples::report()));
}

#[test]
fn at_most_60_000_bytes_and_honest_about_it() {
    let plan = samples::huge();
    let text = plan_markdown(&plan, PlanUse::Apply);
    assert!(text.len() <= 60_000, "{}", text.len());
    let shown = text.matches("<details><summary><code>").count();
    assert!(
        shown > 5 && text.contains(&format!("and {} more changes", plan.changes.len() - shown)),
        "{shown}"
    );
    assert!(text.trim_end().ends_with(&format!("`{}`", plan.digest)));
    assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());

    let text = report_markdown(&samples::huge_report());
    assert!(text.len() <= 60_000 && text.contains(" more changes"), "{}", text.len());
}

#[test]
fn messages_cannot_leave_their_fence() {
    let text = plan_markdown(&samples::hostile(), PlanUse::Apply);
    assert!(text.contains("`````diff"), "{text}");
    // In a code span neither has an effect.
    let outside: String = text.lines().filter(|l| !l.starts_with("- `media`: `")).collect();
    assert!(!outside.contains("<script>") && !outside.contains("@everyone"), "{text}");
    assert!(!text.contains('\u{1b}'), "{text}");
}
