//! `sends:`.

use std::collections::BTreeMap;

use super::Settings;
use super::account::Defaults;
use super::content::{Messages, content};
use super::refer::{Names, source};
use crate::config::file::{CampaignFile, SendFile};
use crate::config::read::{Cx, Entry, Slot, Text, nearest};
use crate::config::timing;
use crate::model::{Address, DesiredSend, Kind, normal, unseen};
use crate::time::Zone;

/// All sends that are right.
pub fn sends(
    file: &CampaignFile,
    names: &Names<'_>,
    defaults: &Defaults,
    messages: &Messages,
    settings: &Settings<'_>,
    cx: &mut Cx<'_>,
) -> BTreeMap<String, DesiredSend> {
    let entries = file.sends.get().map(|map| map.entries.as_slice()).unwrap_or_default();
    let mut sends = BTreeMap::new();
    for entry in entries {
        let Some(given) = &entry.value else { continue };
        if let Some(send) = send(entry, given, names, defaults, messages, settings, cx) {
            sends.insert(entry.key.clone(), send);
        }
    }
    sends
}

fn send(
    entry: &Entry<SendFile>,
    given: &SendFile,
    names: &Names<'_>,
    defaults: &Defaults,
    messages: &Messages,
    settings: &Settings<'_>,
    cx: &mut Cx<'_>,
) -> Option<DesiredSend> {
    let group = given.group.get().and_then(|text| names.group(text, cx));
    let session = session(&given.session, defaults, names, ("send", entry.span), cx);
    let content = content("this send", entry.span, (&given.message, &given.media), messages, settings, cx);
    let run = run(&given.run, cx);
    let repeat_of = match &given.repeat_of {
        Slot::Given(text) => Some(repeat_of(text, &entry.key, names, cx)),
        _ => None,
    };
    let (zone, known) = match &defaults.zone {
        Slot::Given(zone) => (zone.clone(), true),
        Slot::Missing | Slot::Broken => (Zone::utc(), false),
    };
    let send_by = match &given.send_by {
        Slot::Given(text) => Some(timing::instant(text, &zone, known, settings.now, cx)),
        _ => None,
    };
    Some(DesiredSend {
        group: group?,
        session: session?,
        content: content?,
        run: run?,
        on_change: given.on_change.get().map(|word| word.value).unwrap_or_default(),
        repeat_of: match repeat_of {
            None => None,
            Some(address) => Some(address?),
        },
        send_by: match send_by {
            None => None,
            Some(instant) => Some(instant?),
        },
        audience: given.audience.get().map(|word| word.value).unwrap_or_default(),
        state: given.state.get().map(|word| word.value).unwrap_or_default(),
        timezone: zone.name().to_owned(),
        source: source(entry.span, cx),
    })
}

/// The session that is named, or the default one.
pub fn session(
    given: &Slot<Text>,
    defaults: &Defaults,
    names: &Names<'_>,
    (what, owner): (&str, crate::config::spans::Span),
    cx: &mut Cx<'_>,
) -> Option<String> {
    match (given, &defaults.session) {
        (Slot::Given(text), _) => names.session(text, cx),
        (Slot::Missing, Slot::Given(default)) => Some(default.clone()),
        (Slot::Missing, Slot::Missing) => {
            let first = names.sessions.first().copied().unwrap_or("main");
            cx.report
                .error(
                    "missing-key",
                    owner,
                    format!("this {what} does not say which session it is sent from"),
                )
                .help(format!("add `session: {first}` here, or under `defaults:` for all"));
            None
        }
        _ => None,
    }
}

fn run(given: &Slot<Text>, cx: &mut Cx<'_>) -> Option<String> {
    let text = match given {
        Slot::Missing => return Some("1".to_owned()),
        Slot::Broken => return None,
        Slot::Given(text) => text,
    };
    // By the run it is told whether it went out already.
    let value = normal(&text.value);
    if let Some(hidden) = unseen(value.trim()) {
        cx.report
            .error(
                "bad-run",
                text.span,
                format!(
                    "`run:` has a character that nobody can see or tell from a space (U+{:04X})",
                    u32::from(hidden)
                ),
            )
            .help("write it anew by hand: two runs that look the same would go out twice");
        return None;
    }
    if (1..=100).contains(&value.chars().count()) && value.trim() == value {
        return Some(value.into_owned());
    }
    cx.report
        .error("bad-run", text.span, "`run:` is 1 to 100 characters on one line, without spaces at its ends")
        .help("count up: \"1\", \"2\"; or use a date: \"2026-12\"");
    None
}

fn repeat_of(text: &Text, own: &str, names: &Names<'_>, cx: &mut Cx<'_>) -> Option<Address> {
    let quoted = text.quote(cx);
    let address = match text.value.parse::<Address>() {
        Ok(address) if address.kind == Kind::Send => address,
        Ok(_) | Err(_) => {
            let known =
                if names.sends.contains(text.value.as_str()) { text.value.as_str() } else { "winter-offer" };
            cx.report
                .error("bad-address", text.span, format!("{quoted} is not the address of a send"))
                .help(format!("write for example: send.{known}"));
            return None;
        }
    };
    if address.key == own {
        cx.report
            .error("bad-address", text.span, "a send cannot repeat itself this way")
            .help("to send the same again, give it another `run:`");
        return None;
    }
    // What it repeats may have left the YAML long ago; a slip is likely only where something similar is there.
    let crowded = cx.report.is_crowded();
    let near = nearest(&address.key, names.sends.iter().copied().filter(|key| *key != own && !crowded));
    if names.complete()
        && !names.sends.contains(address.key.as_str())
        && let Some(near) = near
    {
        cx.report
            .warning("unknown-reference", text.span, format!("there is no {address} in these files"))
            .help(format!("did you mean \"send.{near}\"? If it was removed earlier, this is fine"));
    }
    Some(address)
}
