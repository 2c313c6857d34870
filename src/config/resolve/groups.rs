//! `groups:`.

use std::collections::BTreeMap;

use super::Settings;
use super::account::Defaults;
use super::members::own;
use super::refer::{Names, kept_name, source};
use super::schedules::one_name;
use super::sends::session;
use super::union::{Everyone, Parts, put_together};
use crate::config::file::{CampaignFile, GroupFile, WhatsappFile};
use crate::config::read::{Cx, Slot, Written};
use crate::config::spans::Span;
use crate::model::{DesiredGroup, Membership, PhoneSet, WaGroupRef};

/// All groups that are right, without the suppressed.
pub fn groups(
    file: &CampaignFile,
    names: &Names<'_>,
    suppressed: &PhoneSet,
    defaults: &Defaults,
    settings: &Settings<'_>,
    cx: &mut Cx<'_>,
) -> BTreeMap<String, DesiredGroup> {
    let entries = file.groups.get().map(|map| map.entries.as_slice()).unwrap_or_default();
    let mut parts = BTreeMap::new();
    let mut half: Vec<(String, DesiredGroup)> = Vec::new();
    let mut by_name: BTreeMap<String, Span> = BTreeMap::new();
    let mut imported: BTreeMap<&str, Span> = BTreeMap::new();
    for entry in entries {
        let Some(given) = &entry.value else { continue };
        let name = kept_name(&given.name, &entry.key, cx);
        if let Some(name) = &name {
            let at = given.name.get().map_or(entry.span, |text| text.span);
            one_name("groups", name, at, &mut by_name, cx);
        }
        let membership = given.membership.get().map_or(Membership::Exact, |word| word.value);
        let import = imports(given, names, defaults, cx);
        if let Some((_, span)) = import.first() {
            imported.insert(&entry.key, *span);
            let broken = matches!(given.membership, Slot::Broken);
            if membership == Membership::Exact && !broken {
                cx.report
                    .error(
                        "import-exact",
                        *span,
                        "a group that is imported from WhatsApp needs `membership: at-least`",
                    )
                    .help("add `membership: at-least` to the group: its members are known to WhatsApp only");
            }
        }
        parts.insert(entry.key.clone(), made_of(given, names, settings, cx));
        half.push((
            entry.key.clone(),
            DesiredGroup {
                name: name.unwrap_or_else(|| entry.key.clone()),
                members: PhoneSet::new(),
                names: BTreeMap::new(),
                membership,
                protect: given.protect.get().is_some_and(|flag| flag.value),
                sync_names: given.sync_names.get().is_some_and(|flag| flag.value),
                import: import.into_iter().map(|(reference, _)| reference).collect(),
                source: source(entry.span, cx),
            },
        ));
    }
    no_imported(&parts, &imported, cx);
    let mut everyone = put_together(parts, cx);
    let suppressed = suppressed.canonical();
    half.into_iter()
        .map(|(key, mut group)| {
            let Everyone { phones, mut names } = everyone.remove(&key).unwrap_or_default();
            let left_out = phones.matching(&suppressed);
            group.members = phones.minus(&left_out);
            names.retain(|phone, _| !left_out.contains(*phone));
            group.names = names;
            (key, group)
        })
        .collect()
}

/// Its own members, and the groups that it takes in and leaves out.
fn made_of(given: &GroupFile, names: &Names<'_>, settings: &Settings<'_>, cx: &mut Cx<'_>) -> Parts {
    let own = own(given, settings, cx);
    let sources = given.members_from.get().map(|list| list.items.as_slice()).unwrap_or_default();
    let mut unions = Vec::new();
    for text in
        sources.iter().filter(|source| source.csv.is_missing()).filter_map(|source| source.group.get())
    {
        if let Some(key) = names.group(text, cx) {
            unions.push((key, text.span));
        }
    }
    let mut without = Vec::new();
    for text in given.without.get().map(|list| list.items.as_slice()).unwrap_or_default() {
        if let Some(key) = names.group(text, cx) {
            without.push((key, text.span));
        }
    }
    // What is defined and wrong is not among the parts, and nobody waits for it.
    Parts { own, unions, without }
}

fn imports(
    given: &GroupFile,
    names: &Names<'_>,
    defaults: &Defaults,
    cx: &mut Cx<'_>,
) -> Vec<(WaGroupRef, Span)> {
    let sources = given.members_from.get().map(|list| list.items.as_slice()).unwrap_or_default();
    let mut imports = Vec::new();
    for table in sources.iter().filter_map(|source| source.whatsapp.get()) {
        if let Some(reference) = import(table, names, defaults, cx) {
            imports.push((reference, table.span()));
        }
    }
    imports
}

fn import(
    table: &WhatsappFile,
    names: &Names<'_>,
    defaults: &Defaults,
    cx: &mut Cx<'_>,
) -> Option<WaGroupRef> {
    let session = session(&table.session, defaults, names, ("WhatsApp group", table.span()), cx);
    let text = table.group.get()?;
    let fits = text.value.strip_suffix("@g.us").is_some_and(|id| {
        (5..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_digit() || b == b'-')
    });
    if !fits {
        let quoted = text.quote(cx);
        cx.report
            .error("bad-id", text.span, format!("{quoted} is not the id of a WhatsApp group"))
            .help("ids look like 120363012345@g.us; `campaignctl wa-groups` lists them");
        return None;
    }
    Some(WaGroupRef { wa_group_id: text.value.clone(), session: session? })
}

/// Who is in an imported group is known to WhatsApp only, so no other group can be made of it.
fn no_imported(parts: &BTreeMap<String, Parts>, imported: &BTreeMap<&str, Span>, cx: &mut Cx<'_>) {
    for (key, at) in parts.values().flat_map(|part| part.unions.iter().chain(&part.without)) {
        if let Some(import) = imported.get(key.as_str()) {
            cx.report
                .error(
                    "import-used",
                    *at,
                    format!("{key} is imported from WhatsApp, so it cannot be part of another group"),
                )
                .also(*import, "imported here")
                .help("only WhatsApp knows who is in it; send to that group by itself");
        }
    }
}
