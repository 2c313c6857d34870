use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::api::request::{Idempotency, Method};

fn echo(body: Value) -> Echo {
    Echo::of(&ApiRequest::new(Method::Post, Idempotency::Send, "/x".to_owned()).body(body))
}

const TEXT: &str = "Offer CANARYMSG now\nOnly \"today\" für alle: https://e.com/?a=1";

fn everything() -> Echo {
    echo(json!({
        "name": "VIP Clients",
        "members": [
            {"phone": "+15550123456", "name": "Jane CanaryDoe"},
            {"phone": "+15550123457", "name": "Bo"},
            {"phone": "+15550123458", "name": "Zoë Müller-Lüdenscheidt"},
            {"phone": "+15550123459", "name": "王小明"},
            {"phone": "+15550123450", "name": "Phone"},
            {"phone": "+15550123450", "name": "!?"},
        ],
        "message_content": TEXT,
        "media_url": "https://me:hush@cdn.example.com/a.jpg?Signature=s3cr%2Ft&x=1",
    }))
}

#[test]
fn what_was_sent_is_taken_out_and_the_servers_words_stay() {
    let echo = everything();
    for (said, shown) in [
        ("Jane CanaryDoe is no name", "(name) is no name"),
        ("JANE  CANARYDOE; jane_canarydoe", "(name)"),
        ("no CanaryDoe here", "no (name) here"),
        ("Bo is short, Bob and robot are not", "(name) is short, Bob and robot are not"),
        (r#"name "Zo\u00eb M\\u00fcller-L\u00fcdenscheidt" too long"#, "name \"(name)\" too long"),
        ("zoe\u{308} mu\u{308}ller lu\u{308}denscheidt", "(name)"),
        ("会员王小明无效", "会员(name)无效"),
        ("text 'Offer CANARYMSG now' refused", "text '(text)' refused"),
        ("text 'Offer CANARYM...' refused", "text '(text)...' refused"),
        (r#"…RYMSG now\nOnly \\\"today\\\" f\u00fcr alle"#, "…(text)"),
        ("<b>Only &quot;today&quot; f&#252;r</b>", "<b>(text)</b>"),
        (
            "cannot fetch https://me:hush@cdn.example.com/a.jpg",
            "cannot fetch https://(address)@cdn.example.com/a.jpg",
        ),
        ("of a.jpg?Signature=s3cr/t&x=1 none", "of a.jpg?(address) none"),
        ("members.0.phone: group VIP Clients not found", "members.0.phone: group VIP Clients not found"),
        ("100% of \\d+ & more", "100% of \\d+ & more"),
        ("scheduled_time must be in the future", "scheduled_time must be in the future"),
        ("", ""),
    ] {
        assert_eq!(echo.taken_out(said), shown, "{said}");
    }
}

#[test]
fn a_quoted_request_is_cut_off_whoever_sent_it() {
    for (said, shown) in [
        (r#"rejected: {"session_id":"1","message_content":"Buy"}"#, "rejected:…"),
        (r#"rejected: {\"members\": [{\"name\": \"Ann\"}]}"#, "rejected:…"),
        ("value {'members': [1]} is bad", "value…"),
        ("value &quot;[{&quot;phone&quot;:&quot;1&quot;,&quot;name&quot;:&quot;Ann&quot;}]", "value \"…"),
        (r#"{"errors":[{"field":"phones"}]}"#, r#"{"errors":[{"field":"phones"}]}"#),
        (r#"{"phone": "not valid"}"#, r#"{"phone": "not valid"}"#),
        ("\"members\": is missing", "\"members\": is missing"),
        ("members is {} or message_content", "members is {} or message_content"),
    ] {
        assert_eq!(Echo::nothing().taken_out(said), shown, "{said}");
    }
}

#[test]
fn short_texts_are_found_alone() {
    for (text, said, shown) in [
        ("Hi", "'Hi' is too short; this is said", "'(text)' is too short; this is said"),
        ("Sale!\nBuy", "no sale! for sales", "no (text)! for sales"),
        ("今日は全品半額です", "本文「全品半額です」は無効", "本文「(text)」は無効"),
        ("🎉", "no 🎉", "no 🎉"),
    ] {
        assert_eq!(echo(json!({"message_content": text})).taken_out(said), shown);
    }
}

proptest! {
    /// Whatever is sent and however it is quoted, it is not shown.
    #[test]
    fn no_quote_survives(
        text in "[a-zA-Zäöü'\"\\\\ \n😀%&]{0,20}[a-z]{12}[ a-z\n]{0,40}", name in "[A-Z][a-zß]{3,8} [\"'\\\\]?[A-Z][a-zé]{4,9}",
        before in "\\PC{0,30} ", after in " \\PC{0,30}", times in 0_usize..3,
    ) {
        let echo = echo(json!({"message_content": text, "members": [{"name": name}]}));
        let mut quote = format!("{text} | {name}");
        for _ in 0..times {
            quote = serde_json::to_string(&quote).unwrap();
        }
        let shown = only(&echo.taken_out(&format!("{before}{quote}{after}")));
        prop_assert!(!shown.contains(&only(&text)), "{shown}");
        prop_assert!(!shown.contains(&only(&name)), "{shown}");
    }

    /// Nothing a server says is a fault of ours.
    #[test]
    fn any_answer_is_fine(said in "(\\PC|[\\\\%&#{}\"'u;]){0,200}", text in "\\PC{0,40}", name in "\\PC{0,6}") {
        let echo = echo(json!({"message_content": text, "members": [{"name": name}]}));
        prop_assert!(echo.taken_out(&said).len() <= 7 * said.len() + 7);
        prop_assert_eq!(echo.taken_out(""), "");
    }
}

fn only(text: &str) -> String {
    plain_words::only_letters(text).into_iter().collect()
}

#[test]
fn thousands_of_names_are_looked_for_at_once() {
    let members: Vec<_> =
        (0..5_000).map(|i| json!({"phone": "+1", "name": format!("Aa{i} Bb{i}x")})).collect();
    let echo = echo(json!({"members": members}));
    let said = format!("{} Aa4999 Bb4999x", "Aa Bb ".repeat(1_000));
    assert!(echo.taken_out(&said).ends_with("Bb  (name)"));
}
