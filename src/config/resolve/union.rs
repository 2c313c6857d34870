//! Groups made of other groups: unions and differences, without going round in circles.

use std::collections::BTreeMap;

use super::rows::{Row, Where, without_repeats};
use crate::config::read::Cx;
use crate::config::spans::Span;
use crate::model::{Phone, PhoneSet};

/// What a group is made of.
#[derive(Debug, Default)]
pub struct Parts {
    /// Everyone it names itself.
    pub own: Vec<Row>,
    /// Groups it takes in, with where that is said.
    pub unions: Vec<(String, Span)>,
    /// Groups it leaves out.
    pub without: Vec<(String, Span)>,
}

/// Everyone who is in a group.
#[derive(Default, Clone)]
pub struct Everyone {
    /// The numbers, in one form each.
    pub phones: PhoneSet,
    /// Their names.
    pub names: BTreeMap<Phone, String>,
}

/// Puts all groups together. Circles are reported, and their groups left out.
pub fn put_together(mut parts: BTreeMap<String, Parts>, cx: &mut Cx<'_>) -> BTreeMap<String, Everyone> {
    let mut done: BTreeMap<String, Everyone> = BTreeMap::new();
    // Each group once all that it is made of is done: no recursion, however long the chain.
    let mut waits: BTreeMap<String, usize> = BTreeMap::new();
    let mut needed_by: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (key, part) in &parts {
        let needs = part.unions.iter().chain(&part.without);
        waits.insert(key.clone(), needs.clone().count());
        for (needed, _) in needs {
            needed_by.entry(needed.clone()).or_default().push(key.clone());
        }
    }
    let mut ready: Vec<String> =
        waits.iter().filter(|(_, count)| **count == 0).map(|(key, _)| key.clone()).collect();
    while let Some(key) = ready.pop() {
        let Some(part) = parts.remove(&key) else { continue };
        let taken: usize =
            part.unions.iter().filter_map(|(key, _)| done.get(key)).map(|e| e.phones.len()).sum();
        let everyone = match part.unions.first() {
            Some((_, at)) if !cx.take_members(taken, *at) => Everyone::default(),
            _ => everyone(part, &done),
        };
        for waiting in needed_by.remove(&key).unwrap_or_default() {
            if let Some(count) = waits.get_mut(&waiting) {
                *count -= 1;
                if *count == 0 {
                    ready.push(waiting);
                }
            }
        }
        done.insert(key, everyone);
    }
    report_circles(&parts, cx);
    done
}

fn everyone(part: Parts, done: &BTreeMap<String, Everyone>) -> Everyone {
    let Parts { own, unions, without } = part;
    if unions.is_empty() && without.is_empty() {
        return collect(own);
    }
    let mut rows = own;
    for (key, span) in &unions {
        let Some(other) = done.get(key) else { continue };
        rows.extend(other.phones.iter().map(|phone| Row {
            phone,
            name: other.names.get(&phone).map(|name| name.as_str().into()),
            at: Where::Span(*span),
        }));
    }
    let left_out: PhoneSet = without
        .iter()
        .filter_map(|(key, _)| done.get(key))
        .flat_map(|other| other.phones.iter())
        .map(Phone::canonical)
        .collect();
    // Being in several of them is the point of a union: no warning.
    let rows = without_repeats(rows, |_, _| {});
    collect(rows.into_iter().filter(|row| !left_out.contains(row.phone.canonical())).collect())
}

fn collect(rows: Vec<Row>) -> Everyone {
    let phones = rows.iter().map(|row| row.phone).collect();
    let names = rows.into_iter().filter_map(|row| Some((row.phone, row.name?.into()))).collect();
    Everyone { phones, names }
}

/// Every circle among what is left, once.
fn report_circles(left: &BTreeMap<String, Parts>, cx: &mut Cx<'_>) {
    let next = |key: &str| {
        left.get(key)?
            .unions
            .iter()
            .chain(&left.get(key)?.without)
            .find(|(needed, _)| left.contains_key(needed))
    };
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for (walk, start) in left.keys().enumerate() {
        let mut key = start.as_str();
        while !seen.contains_key(key) {
            seen.insert(key, walk);
            match next(key) {
                Some((needed, _)) => key = needed,
                None => break,
            }
        }
        // Stopped at a key of this very walk: a circle that nobody has met before.
        if seen.get(key) != Some(&walk) || next(key).is_none() {
            continue;
        }
        let mut circle = vec![key.to_owned()];
        let mut at: Option<Span> = None;
        let mut here = key;
        while let Some((needed, span)) = next(here) {
            at.get_or_insert(*span);
            circle.push(needed.clone());
            if needed == key || circle.len() > left.len() + 1 {
                break;
            }
            here = needed;
        }
        let Some(at) = at else { continue };
        let shown = if circle.len() > 8 {
            format!("{} → …", circle[..8].join(" → "))
        } else {
            circle.join(" → ")
        };
        cx.report
            .error("group-circle", at, format!("groups are made of each other in a circle: {shown}"))
            .help("remove one of these `group:` or `without:` entries; put what they share into a group of its own");
    }
}
