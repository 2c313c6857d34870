//! What must hold of every rendering: nobody's number, nobody's name, no forbidden words.

use super::samples;
use super::{
    PlanText, PlanUse, ReportText, TextOptions, plan_html, plan_json, plan_markdown, progress_line,
    report_html, report_json, report_markdown,
};

/// Every rendering of every sample, with what it is.
fn all() -> Vec<(&'static str, String)> {
    let options = TextOptions::default();
    let verbose = TextOptions { verbose: true, color: true, ..options };
    let mut out = Vec::new();
    for plan in [samples::everything(), samples::quickstart(), samples::refused(), samples::empty()] {
        out.push(("text", PlanText::new(&plan, &options).to_string()));
        out.push(("text", PlanText::new(&plan, &verbose).to_string()));
        out.push(("plan json", plan_json(&plan).to_string()));
        out.push(("plan markdown", plan_markdown(&plan, PlanUse::Apply)));
        out.push(("plan html", plan_html(&plan, PlanUse::Apply)));
    }
    for report in [samples::report(), samples::report_done()] {
        out.push(("report text", ReportText::new(&report, &options).to_string()));
        out.push(("report text", ReportText::new(&report, &verbose).to_string()));
        out.push(("report json", report_json(&report).to_string()));
        out.push(("report markdown", report_markdown(&report)));
        out.push(("report html", report_html(&report)));
        out.extend(report.outcomes.iter().map(|o| ("progress", progress_line(o, 1, 1))));
    }
    out
}

/// No five digits in a row of any member's number, with or without spaces between.
#[test]
fn nobodys_number_is_anywhere() {
    // Ids and digests have digits by chance.
    let ids = regex::Regex::new(r"[0-9a-f]{64}|[0-9a-f]{8}-[0-9a-f-]{27}").unwrap();
    for (what, text) in all() {
        let text: String = ids.replace_all(&text, "").chars().filter(|c| !" -()".contains(*c)).collect();
        for phone in samples::PHONES {
            for i in 0..=phone.len() - 5 {
                let run = &phone[i..i + 5];
                // `12345` is in the address of the WhatsApp group of the sample.
                let found = text.replace("120363012345@", "").contains(run);
                assert!(!found, "{what}: {run} of {phone}:\n{text}");
            }
        }
        assert!(!text.contains(samples::MEMBER) && !text.contains("JaneDoe"), "{what}: {text}");
    }
}

/// Names and addresses of files are what people write: also numbers. Others read these renderings.
#[test]
fn a_number_in_a_name_is_nowhere_that_others_read() {
    let mut plan = samples::quickstart();
    let name = "`only` +972501234567 or 15550123456".to_owned();
    plan.account.clone_from(&name);
    let field = |name, value: &str| crate::plan::Detail::Field {
        name,
        old: Some(value.to_owned()),
        new: Some(value.to_owned()),
    };
    for change in &mut plan.changes {
        change.details.push(field("name", &name));
        change.details.push(field("media", "https://e.com/447700900123/972501234567.pdf?to=15550123456"));
        if let crate::plan::Action::CreateGroup(target) = &mut change.action {
            target.name.clone_from(&name);
        }
    }
    for text in
        [plan_json(&plan).to_string(), plan_markdown(&plan, PlanUse::Apply), plan_html(&plan, PlanUse::Apply)]
    {
        for phone in samples::PHONES {
            assert!(!text.contains(phone), "{phone}:\n{text}");
        }
        assert!(text.contains("only") && text.contains("(number hidden)"), "{text}");
    }
}

/// The terminal too: it is looked at over shoulders, and pasted.
#[test]
fn a_number_in_a_name_is_masked_on_the_terminal() {
    let mut plan = samples::quickstart();
    let name = "LK VIP +12125550131 or 972502345678";
    for change in &mut plan.changes {
        change.details.push(crate::plan::Detail::Field {
            name: "note",
            old: Some(name.to_owned()),
            new: Some(name.to_owned()),
        });
        if let crate::plan::Action::CreateGroup(target) = &mut change.action {
            name.clone_into(&mut target.name);
        }
    }
    let text = PlanText::new(&plan, &TextOptions::default()).to_string();
    assert!(text.contains("LK VIP +1…31 or +972…78"), "{text}");
    assert!(!text.contains("2125550131") && !text.contains("502345678"), "{text}");
}

#[test]
fn masked_numbers_are_in_texts_only() {
    for (what, text) in all() {
        let masked = text.contains("+1…56") || text.contains("+972…67");
        assert!(!masked || what == "text" || what == "report text" || what == "progress", "{what}: {text}");
    }
}

#[test]
fn reports_have_no_message_text() {
    for (what, text) in all() {
        assert!(!(what.contains("report") && text.contains("Special offer")), "{text}");
    }
}

#[test]
fn words_that_marketers_do_not_use() {
    for (what, text) in all() {
        for word in ["reconcil", "drift", "idempot", "null pointer", "mutat", "upsert"] {
            assert!(!text.to_lowercase().contains(word), "{what}: {word}");
        }
    }
}
