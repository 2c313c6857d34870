//! `moved:`: keys that were renamed.

use std::collections::{BTreeMap, BTreeSet};

use super::refer::Names;
use crate::config::file::CampaignFile;
use crate::config::read::{Cx, Text, Written, nearest};
use crate::config::spans::Span;
use crate::model::{Address, Kind, Move, MoveTarget};

/// All entries, in file order.
pub fn moved(file: &CampaignFile, names: &Names<'_>, project: Option<&str>, cx: &mut Cx<'_>) -> Vec<Move> {
    let entries = file.moved.get().map(|list| list.items.as_slice()).unwrap_or_default();
    let mut moves: Vec<(Move, Span, Span)> = Vec::new();
    for entry in entries {
        let from = entry.from.get().and_then(|text| target(text, cx));
        let to = entry.to.get().and_then(|text| target(text, cx));
        let (Some(from), Some(to)) = (from, to) else { continue };
        let (from_span, to_span) = (
            entry.from.get().map_or(entry.span(), |text| text.span),
            entry.to.get().map_or(entry.span(), |text| text.span),
        );
        if kind(&from) != kind(&to) {
            cx.report
                .error("bad-move", to_span, format!("a {} cannot become a {}", kind(&from), kind(&to)))
                .also(from_span, "moved from here")
                .help("both addresses begin with the same word");
            continue;
        }
        moves.push((Move { from, to }, from_span, to_span));
    }
    check(&moves, names, project, cx);
    moves.into_iter().map(|(entry, ..)| entry).collect()
}

fn target(text: &Text, cx: &mut Cx<'_>) -> Option<MoveTarget> {
    if let Some(name) = text.value.strip_prefix("project.") {
        let fits = (1..=40).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if fits {
            return Some(MoveTarget::Project(name.to_owned()));
        }
    } else if let Ok(address) = text.value.parse::<Address>() {
        return Some(MoveTarget::Object(address));
    }
    let quoted = text.quote(cx);
    cx.report
        .error("bad-address", text.span, format!("{quoted} is no address"))
        .help("write group.KEY, schedule.KEY, send.KEY or project.NAME, as in group.vip");
    None
}

fn kind(target: &MoveTarget) -> &'static str {
    match target {
        MoveTarget::Project(_) => "project",
        MoveTarget::Object(address) => address.kind.as_str(),
    }
}

fn present(target: &MoveTarget, names: &Names<'_>, project: Option<&str>) -> bool {
    match target {
        MoveTarget::Project(name) => project.is_none_or(|project| project == name),
        MoveTarget::Object(Address { kind, key }) => keys(*kind, names).contains(key.as_str()),
    }
}

fn keys<'n>(kind: Kind, names: &'n Names<'_>) -> &'n BTreeSet<&'n str> {
    match kind {
        Kind::Group => &names.groups,
        Kind::Schedule => &names.schedules,
        Kind::Send => &names.sends,
    }
}

fn shown(target: &MoveTarget) -> String {
    match target {
        MoveTarget::Project(name) => format!("project.{name}"),
        MoveTarget::Object(address) => address.to_string(),
    }
}

fn check(moves: &[(Move, Span, Span)], names: &Names<'_>, project: Option<&str>, cx: &mut Cx<'_>) {
    let mut by_from: BTreeMap<&MoveTarget, (&MoveTarget, Span)> = BTreeMap::new();
    for (Move { from, to }, from_span, to_span) in moves {
        if from == to {
            cx.report.error("bad-move", *to_span, "this moves a key to itself").help("remove the entry");
            continue;
        }
        if let Some((_, first)) = by_from.get(from) {
            cx.report
                .error("bad-move", *from_span, format!("{} is moved twice", shown(from)))
                .also(*first, "first moved here")
                .help("keep the entry that says where it is now");
            continue;
        }
        by_from.insert(from, (to, *from_span));
    }
    // Where each key ends; none for a circle. Every key is walked over once, however long the chains.
    let mut ends: BTreeMap<&MoveTarget, Option<&MoveTarget>> = BTreeMap::new();
    for (Move { from, to }, from_span, to_span) in moves {
        if from == to {
            continue;
        }
        let mut way = vec![from];
        let mut on_the_way: BTreeSet<&MoveTarget> = BTreeSet::from([from]);
        let mut last = to;
        let mut circle = false;
        let end = loop {
            if let Some(known) = ends.get(last) {
                break *known;
            }
            if !on_the_way.insert(last) {
                circle = true;
                break None;
            }
            let Some((next, _)) = by_from.get(last) else { break Some(last) };
            way.push(last);
            last = next;
        };
        ends.extend(way.into_iter().map(|key| (key, end)));
        if circle {
            cx.report
                .error("bad-move", *from_span, format!("{} is moved in a circle", shown(from)))
                .help("keep only the entries that lead to the present key");
        }
        let Some(end) = end.filter(|_| names.complete()) else { continue };
        if present(from, names, project) && project.is_some() {
            cx.report
                .error("bad-move", *from_span, format!("{} is still there, so it was not moved", shown(from)))
                .help("rename the key where it is defined, or remove this entry");
        } else if !present(end, names, project) {
            unknown_end(end, *to_span, names, cx);
        }
    }
}

/// What it was moved to may have been removed since; a slip would lose the history, though.
fn unknown_end(last: &MoveTarget, at: Span, names: &Names<'_>, cx: &mut Cx<'_>) {
    let crowded = cx.report.is_crowded();
    let near = match last {
        MoveTarget::Object(Address { kind, key }) => {
            nearest(key, keys(*kind, names).iter().copied().filter(|_| !crowded))
                .map_or(String::new(), |near| format!("did you mean \"{kind}.{near}\"? "))
        }
        MoveTarget::Project(_) => {
            cx.report
                .error("bad-move", at, format!("{} is not this project", shown(last)))
                .help("write the name that `project:` has now");
            return;
        }
    };
    cx.report
        .warning("unknown-reference", at, format!("there is no {} in these files", shown(last)))
        .help(format!("{near}If it was removed since, this is fine"));
}
