//! `--format html`, as people run it: `calendar`, `plan`, `apply`, `destroy`.

use crate::support::Project;

const NOW: [&str; 2] = ["--now", "2036-04-06T09:00:00Z"];

fn is_a_page(html: &str) {
    assert!(html.starts_with("<!DOCTYPE html>\n") && html.ends_with("</html>\n"), "{html}");
    // It asks for nothing: no address of another host in any attribute, and a policy that forbids the rest.
    for word in ["src=", "href=\"http", "@import", "url("] {
        assert!(!html.contains(word), "{word}");
    }
    assert!(html.contains("default-src 'none'"));
    // No phone of the example's, in any grouping, and nobody's name.
    let digits: String = html.chars().filter(|c| !" -().".contains(*c)).collect();
    for phone in ["2125550110", "3055550111", "4155550120", "46701740605", "61491570156"] {
        assert!(!digits.contains(phone) && !digits.contains(&phone[4..]), "{phone}");
    }
    assert!(!html.contains("Grace Example") && !html.contains("Alan Example"));
}

#[test]
fn the_agencys_calendar_as_a_page() {
    let project = Project::example("agency");
    let arguments = [&["calendar", "--format", "html", "--weeks", "5"], &NOW[..]].concat();
    let html = project.ok(0, &arguments);
    assert_eq!(html, project.ok(0, &arguments), "the same moment gives the same bytes");
    is_a_page(&html);
    for said in [
        "122 firings and 2 sends, 367 messages in all, from 6 Apr 2036 to 10 May 2036 (America/New_York).",
        "<code>schedule.daily-tip</code>",
        "<code>schedule.anniversary</code>",
        "Everyone but staff",
        "08:00 in Europe/Berlin",
        "<h2 id=\"month-2036-04\"",
        "<h3 id=\"day-2036-05-04\"",
        "<time datetime=\"2036-05-04T11:00:00-04:00\">11:00</time>",
        "schedule.summer-pause, send.guest-list",
    ] {
        assert!(html.contains(said), "{said}\n{html}");
    }
    assert!(!html.contains("Spring is here"), "texts are in plans only");
}

#[test]
fn a_calendar_of_hostile_names_is_text() {
    let evil = "<script>alert('x')</script> & \\\"friends\\\"";
    let yaml = format!(
        "version: 1\nproject: acme\ndefaults: {{session: main, timezone: UTC}}\nsessions: {{main: {{name: Main Line}}}}\n\
         groups:\n  vip: {{name: \"{evil}\", members: [\"+447700900123\"]}}\n\
         schedules:\n  tick: {{group: vip, name: \"{evil}\", message: \"{evil}\", cron: \"*/5 * * * *\"}}\n"
    );
    let project = Project::yaml(&yaml);
    let html =
        project.ok(0, &["calendar", "--format", "html", "--weeks", "52", "--now", "2026-12-01T09:00:00Z"]);
    is_a_page(&html);
    assert_eq!(html.matches("<script").count(), 1, "the page's own");
    assert!(html.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;friends&quot;"));
    assert!(html.contains(
        "Too many firings to show all, ask for fewer weeks: schedule.tick (shown up to 5 Jan 2027)."
    ));
    assert!(html.contains("288 times") && html.len() < 300_000, "{}", html.len());
    let plan = project.ok(2, &["plan", "--sandbox", "--detailed-exitcode", "--format", "html"]);
    assert_eq!(plan.matches("<script").count(), 1, "{plan}");
}

#[test]
fn plans_and_reports_as_pages_with_the_same_exit_codes() {
    let project = Project::example("agency");
    let plan = ["plan", "--sandbox", "--detailed-exitcode", "--format", "html"];
    let html = project.ok(2, &plan);
    is_a_page(&html);
    assert!(html.contains("Our new lookbook is out.") && html.contains("apply --expect"), "{html}");
    let html = project.ok(0, &["apply", "--sandbox", "--yes", "--format", "html"]);
    is_a_page(&html);
    assert!(html.contains("Applied: 12 done.") && !html.contains("Our new lookbook is out."), "{html}");
    is_a_page(&project.ok(0, &plan));
    let path = project.path().join("sends.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("Our new lookbook is out.", "Our lookbook is new.")).unwrap();
    let refused = project.ok(3, &["apply", "--sandbox", "--yes", "--format", "html"]);
    is_a_page(&refused);
    assert!(refused.contains("id=\"refused\""), "{refused}");
    is_a_page(&project.ok(3, &plan));
    std::fs::write(&path, text).unwrap();
    is_a_page(&project.ok(0, &["destroy", "--sandbox", "--confirm", "agency", "--format", "html"]));
}

#[test]
fn what_has_no_pages_says_so_and_help_names_those_that_have() {
    let project = Project::example("quickstart");
    let (code, _, err) = project.run(&["status", "--sandbox", "--format", "html"]);
    assert!(code == 1 && err.contains("no --format html"), "{err}");
    for command in ["plan", "apply", "destroy", "calendar"] {
        let help = project.ok(0, &[command, "--help"]);
        assert!(help.contains("html"), "{command}: {help}");
    }
}

#[test]
fn destroy_offers_no_digest() {
    let project = Project::example("quickstart");
    project.ok(0, &["apply", "--sandbox", "--yes"]);
    let (code, out, err) = project.run(&["destroy", "--sandbox"]);
    assert_eq!(code, 3, "{err}");
    assert!(out.contains("delete") && !out.contains("--expect") && !out.contains("Digest"), "{out}");
}
