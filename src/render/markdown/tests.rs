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
    let shown = text.matches("<details><summary><code>").count() + text.matches("<p><code>").count();
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

/// Who approves a comment has read what people will get.
#[test]
fn what_goes_to_people_is_shown_before_anything_else_when_not_all_fits() {
    for (groups, sends) in [(350, 1), (900, 30)] {
        let text = plan_markdown(&samples::buried(groups, sends), PlanUse::Apply);
        assert!(text.len() <= 60_000, "{}", text.len());
        for i in 0..sends {
            assert!(
                text.contains(&format!("<code>send.s{i}</code>"))
                    && text.contains(&format!("Text number {i}."))
            );
        }
        assert!(text.contains("<code>schedule.weekly</code>") && text.contains("The weekly news."));
        let shown = text.matches("</code> <code>group.g").count();
        let rest = groups - shown;
        assert!(
            text.contains(&format!("more changes: {rest} groups created")),
            "{}",
            &text[text.len() - 600..]
        );
        assert!(!text.contains("not show everything"), "all that is sent is shown");
        assert!(text.contains(" changes; what goes to people first"));
    }
    let text = plan_markdown(&samples::buried(3, 2), PlanUse::Apply);
    assert!(text.contains("7 changes, in this order"));
    assert!(
        text.find("group.g0") < text.find("schedule.weekly"),
        "the order of the apply, where nothing is cut"
    );
}

#[test]
fn what_is_sent_and_does_not_fit_is_named_first() {
    let text = plan_markdown(&samples::buried(900, 90), PlanUse::Apply);
    assert!(text.len() <= 60_000, "{}", text.len());
    let head = &text[..text.find("####").unwrap()];
    let shown = (0..90).filter(|i| text.contains(&format!("<code>send.s{i}</code>"))).count();
    let left = 90 - shown;
    assert!(shown > 20 && left > 10, "{shown}");
    assert!(head.contains("This does not show everything that is sent"), "{head}");
    assert!(head.contains(&format!("{left} sends to {} people", left * 3)), "{head}");
    assert!(head.contains("`send.s89`: to 3 people") && head.contains("campaignctl plan"), "{head}");
    let groups = 900 - text.matches("</code> <code>group.g").count();
    let rest = text.lines().find(|line| line.starts_with("… and ")).unwrap();
    assert!(rest.contains(&format!("more changes: {left} sends, ")), "{rest}");
    assert!(rest.contains(&format!("{groups} groups created")), "{rest}");
}
