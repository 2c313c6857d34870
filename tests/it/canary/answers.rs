//! Answers of a server, or of whatever answers in its place, that hand back what they were given; and none at all.

use campaignctl::sandbox;
use futures_util::{StreamExt as _, stream};

use super::place::{Place, blocking};
use super::planted::{KEY, NOTHING, PLAN, TOKEN};
use crate::support::rogue::{Reply, Rogue, Seen, answer, json, redirect};

/// Answers that hand back what they were given.
fn echoes(credential: &str) -> Vec<(&'static str, Reply)> {
    let everything = format!("{credential} +12120173942 12120173966 and +1 212-017-3942");
    let page = format!(
        "<html><head><title>Xylophone</title></head><body>{everything} Zaphodina Beeblebrocks Marimba</body></html>"
    );
    vec![
        ("401", json(401, &format!("{{\"detail\": \"invalid key {credential}\"}}"))),
        ("403", json(403, &format!("{{\"error\": \"key {credential} may not\"}}"))),
        (
            "422",
            json(
                422,
                &format!(
                    "{{\"detail\": [{{\"loc\": [\"body\", \"contacts\", 0, \"phone\"], \"msg\": \"+12120173942 is \
                     no phone, nor is 12120173966\", \"input\": \"Zaphodina Beeblebrocks {credential}\"}}]}}"
                ),
            ),
        ),
        ("400", json(400, &format!("{{\"message\": \"{everything}\"}}"))),
        ("500 page", answer(500, "text/html", &page)),
        ("502 page", answer(502, "text/html", &page)),
        ("200 page", answer(200, "text/html", &page)),
        ("200 text", json(200, &format!("\"{everything} Zaphodina Xylophone\""))),
        ("200 cut", json(200, &format!("{{\"data\": [\"{everything} Zaphodina Xylophone"))),
        (
            "200 list of rubbish",
            json(200, &format!("[{{\"id\": {{\"{everything}\": \"Zaphodina Xylophone\"}}}}]")),
        ),
        ("redirect", redirect(302, &format!("http://127.0.0.1:9/{credential}?phone=12120173942"))),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_brings_it_to_light() {
    let tokens = echoes(TOKEN).into_iter().filter(|(what, _)| *what == "401").map(|echo| (TOKEN, echo));
    let keys = echoes(KEY).into_iter().map(|echo| (KEY, echo));
    stream::iter(keys.chain(tokens).enumerate())
        .for_each_concurrent(6, |(number, (credential, (what, reply)))| async move {
            let rogue = Rogue::start(None, move |_| reply.clone()).await;
            let base = format!("{}/api/v2", rogue.base);
            blocking(move || {
                let mut place = Place::new(&base);
                if credential == TOKEN {
                    place.env.remove("MOLTFLOW_API_KEY");
                    place.env.insert("MOLTFLOW_TOKEN", TOKEN.to_owned());
                }
                let imported = place.out("imported");
                let commands = [
                    &["plan"][..],
                    &["apply", "--yes"],
                    &["status"],
                    &["sessions"],
                    &["contacts"],
                    &["wa-groups"],
                    &["pause", "--all", "--account"],
                    &["try", "send.offer", "--to", "+12120173977"],
                    &["import", "--out", &imported],
                    &["destroy", "--confirm", "acme"],
                ];
                // Where the client tries again, each command takes seconds; elsewhere each answer meets another
                // three of them in turn, so that each command meets several.
                let turn = 2 + (number * 3) % (commands.len() - 2);
                let some = if what.ends_with("page") { 0 } else { 3 };
                let others = commands.iter().cycle().skip(turn).take(some);
                for arguments in commands.iter().take(2).chain(others) {
                    place.run(arguments, NOTHING);
                }
            })
            .await;
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_refused_write_brings_it_to_light() {
    let cases = ["/custom-groups", "/bulk-send", "/scheduled-messages"]
        .into_iter()
        .flat_map(|on| echoes("test").into_iter().map(move |(what, reply)| (on, what, reply)))
        // The others are settled by reading, and say nothing of the answer.
        .filter(|(_, what, _)| {
            matches!(*what, "401" | "403" | "422" | "400" | "502 page" | "200 text" | "redirect")
        });
    stream::iter(cases)
        .for_each_concurrent(6, |(on, what, reply)| async move {
            let running = sandbox::start(sandbox::Options { throttle: false, ..sandbox::Options::default() })
                .await
                .unwrap();
            let upstream = running.base_url().trim_end_matches("/api/v2").to_owned();
            let rogue = Rogue::start(Some(upstream), move |seen: &Seen| {
                if seen.is_write() && seen.path.ends_with(on) { reply.clone() } else { Reply::Pass }
            })
            .await;
            let base = format!("{}/api/v2", rogue.base);
            blocking(move || {
                let place = Place::new(&base);
                let (events, report) = (place.out("events.ndjson"), place.out("report.json"));
                let ended = place.run(&["apply", "--yes", "--events", &events, "--report", &report], PLAN);
                assert_ne!(ended.code, 0, "{on} {what}: {}", ended.said);
                if on == "/bulk-send" {
                    place.run(&["apply", "--yes", "--format", "json"], PLAN);
                    place.run(&["status"], NOTHING);
                }
            })
            .await;
        })
        .await;
}

/// A request handed back in every form in which servers quote what they refuse.
fn quoted(form: &str, request: &str) -> Reply {
    // A server quotes what it was given, in its own spelling.
    let names = if request.contains("Zaphodina") { "ZAPHODINA  Beeblebrocks" } else { "" };
    let texts = if request.contains("Xylophone") { "Xylophone sale: Mar..." } else { "" };
    let body = match form {
        "message" => serde_json::json!({"message": format!("rejected: {request}")}),
        "msg" => serde_json::json!({"detail": [{"loc": ["body"], "msg": format!("Value error, {request}")}]}),
        "detail" => serde_json::json!({"detail": request}),
        "error" => {
            serde_json::json!({"error": {"message": format!("cannot take {}", request.replace('"', "'"))}})
        }
        "twice" => serde_json::json!({"detail": serde_json::to_string(request).unwrap()}),
        "parts" => serde_json::json!({
            "error": format!("no {names}"),
            "detail": [{"loc": ["body", "members", 0, "name"], "msg": format!("{names} is no name")}, texts],
        }),
        "cut" => {
            let from = request.find("Zaph").or_else(|| request.find("Xylo")).or_else(|| request.find("Mari"));
            serde_json::json!({"detail": format!("near ...{}", &request[from.unwrap_or(0)..])})
        }
        "unknown" => serde_json::json!({"status": "bad", "request": request, "said": [names, texts]}),
        "text" => return answer(400, "text/plain", &format!("Bad request: {request}")),
        "page" => {
            let page =
                format!("<html><title>{names}</title><pre>{}</pre></html>", request.replace('"', "&quot;"));
            return answer(400, "text/html", &page);
        }
        other => unreachable!("{other}"),
    };
    json(422, &body.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_quoted_request_brings_it_to_light() {
    let forms = ["message", "msg", "detail", "error", "twice", "parts", "cut", "unknown", "text", "page"];
    let cases = ["/custom-groups", "/bulk-send", "/scheduled-messages"]
        .into_iter()
        .flat_map(|on| forms.into_iter().map(move |form| (on, form)));
    stream::iter(cases)
        .for_each_concurrent(6, |(on, form)| async move {
            let running = sandbox::start(sandbox::Options { throttle: false, ..sandbox::Options::default() })
                .await
                .unwrap();
            let upstream = running.base_url().trim_end_matches("/api/v2").to_owned();
            let rogue = Rogue::start(Some(upstream), move |seen: &Seen| {
                if seen.is_write() && seen.path.ends_with(on) {
                    quoted(form, &String::from_utf8_lossy(&seen.body))
                } else {
                    Reply::Pass
                }
            })
            .await;
            let base = format!("{}/api/v2", rogue.base);
            blocking(move || {
                let place = Place::new(&base);
                let (events, report) = (place.out("events.ndjson"), place.out("report.json"));
                let ended = place.run(&["apply", "--yes", "--events", &events, "--report", &report], PLAN);
                assert_ne!(ended.code, 0, "{on} {form}: {}", ended.said);
                for file in [&events, &report] {
                    let text = std::fs::read_to_string(file).unwrap();
                    assert!(text.contains("422") || text.contains("400"), "{on} {form} is not told:\n{text}");
                }
                place.run(&["status"], NOTHING);
            })
            .await;
        })
        .await;
}

#[test]
fn nobody_there_brings_nothing_to_light() {
    // Nobody listens on this port; a proxy that is not there has a password; so has a store.
    let mut place = Place::new("http://127.0.0.1:9");
    for arguments in [&["plan"][..], &["sessions"]] {
        let ended = place.run(arguments, NOTHING);
        assert_eq!(ended.code, 1, "{}", ended.said);
    }
    place.env.insert("HTTPS_PROXY", "http://me:proxy-canary-3f9a@127.0.0.1:9".to_owned());
    let far = format!("https://{}.invalid", "a".repeat(64));
    let ended = place.run(&["sessions", "--api-url", &far], NOTHING);
    assert_eq!(ended.code, 1, "{}", ended.said);
    place.env.insert("AWS_ENDPOINT_URL", "http://127.0.0.1:9".to_owned());
    place.env.insert("AWS_REGION", "eu-west-1".to_owned());
    place.env.insert("CAMPAIGNCTL_LEASE_SECONDS", "1".to_owned());
    let ended = place.run(&["ledger", "show", "--ledger", "s3://bucket/prefix"], NOTHING);
    assert_eq!(ended.code, 1, "{}", ended.said);
}
