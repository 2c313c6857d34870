//! Where a phone number may be: the time zones that libphonenumber's map of prefixes gives it.
//!
//! Owns the look-up only; what the zones' clocks say is [`crate::time`]'s. The table is `regions.tsv`, written by
//! `tests/phone_regions.py`; a number whose prefix does not tell one zone has all that are possible.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::{Phone, PhoneSet};

const TABLE: &str = include_str!("regions.tsv");
/// Numbers are compared as if they had this many digits, the last ones being zeros.
const DIGITS: u32 = 15;

/// A set of time zones that some numbers share, such as all of Israel's, or all that have no area code in Australia.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Region(u16);

/// From which number on, counted in fifteen digits, which region holds.
struct Span {
    first: u64,
    region: Option<Region>,
}

struct Map {
    zones: Vec<Vec<&'static str>>,
    /// Ascending, without gaps from 0.
    spans: Vec<Span>,
}

static MAP: LazyLock<Map> = LazyLock::new(|| Map::read(TABLE));

impl Region {
    /// The region of a number. `None` where it belongs to no place (`+800…`), and for `+1 555…`, which examples use.
    pub fn of(phone: Phone) -> Option<Self> {
        let key = key(phone);
        MAP.spans.get(MAP.span(key)).and_then(|span| span.region)
    }

    /// IANA names of its zones, at least one; old names are among them.
    pub fn zones(self) -> &'static [&'static str] {
        MAP.zones.get(usize::from(self.0)).map_or(&[], Vec::as_slice)
    }

    /// How many of `phones` are in each region. One pass: neighbours mostly share a prefix.
    pub fn tally(phones: &PhoneSet) -> BTreeMap<Option<Self>, u64> {
        let mut counts = BTreeMap::new();
        let (mut at, mut run) = (0, 0_u64);
        let mut add = |at: usize, run: u64| {
            if run > 0 {
                *counts.entry(MAP.spans.get(at).and_then(|span| span.region)).or_insert(0) += run;
            }
        };
        for phone in phones.iter() {
            let key = key(phone);
            if !MAP.holds(at, key) {
                add(at, std::mem::take(&mut run));
                at = MAP.span(key);
            }
            run += 1;
        }
        add(at, run);
        counts
    }

    /// The data that are compiled in, such as `phonenumbers 9.0.43`.
    pub fn data_version() -> &'static str {
        TABLE.trim_start_matches("# ").split(':').next().unwrap_or("unknown")
    }
}

/// The number with zeros behind it. Mexico's old mobile form has the place of its new one.
fn key(phone: Phone) -> u64 {
    const OLD_MEXICAN: u64 = 521;
    let mut number = phone.as_u64();
    if number / 10_000_000_000 == OLD_MEXICAN {
        number = phone.canonical().as_u64();
    }
    let digits = number.checked_ilog10().map_or(1, |n| n + 1);
    number.saturating_mul(10_u64.saturating_pow(DIGITS.saturating_sub(digits)))
}

impl Map {
    fn read(table: &'static str) -> Self {
        let mut zones = Vec::new();
        let mut prefixes: Vec<(u64, u64, Option<Region>)> = Vec::new();
        for line in table.lines().filter(|line| !line.starts_with('#')) {
            let Some((names, starts)) = line.split_once('\t') else { continue };
            let names: Vec<&str> = names.split(' ').filter(|name| !name.is_empty()).collect();
            let region = u16::try_from(zones.len()).ok().filter(|_| !names.is_empty()).map(Region);
            zones.push(names);
            for prefix in starts.split(' ') {
                let Ok(number) = prefix.parse::<u64>() else { continue };
                let digits = u32::try_from(prefix.len()).unwrap_or(DIGITS).min(DIGITS);
                let width = 10_u64.pow(DIGITS - digits);
                prefixes.push((number * width, width, region));
            }
        }
        // A prefix comes before the longer ones that begin with it, so that these lie over it.
        prefixes.sort_unstable_by_key(|(first, width, _)| (*first, std::cmp::Reverse(*width)));
        let mut spans = vec![Span { first: 0, region: None }];
        let mut open: Vec<(u64, Option<Region>)> = Vec::new();
        for (first, width, region) in prefixes {
            close(&mut spans, &mut open, first);
            put(&mut spans, first, region);
            open.push((first + width, region));
        }
        close(&mut spans, &mut open, u64::MAX);
        Self { zones, spans }
    }

    /// The span that holds `key`.
    fn span(&self, key: u64) -> usize {
        self.spans.partition_point(|span| span.first <= key).saturating_sub(1)
    }

    fn holds(&self, at: usize, key: u64) -> bool {
        let begun = self.spans.get(at).is_some_and(|span| span.first <= key);
        begun && self.spans.get(at + 1).is_none_or(|next| key < next.first)
    }
}

/// Ends the prefixes that end at or before `until`; what lies under each goes on.
fn close(spans: &mut Vec<Span>, open: &mut Vec<(u64, Option<Region>)>, until: u64) {
    while let Some((end, _)) = open.last().copied().filter(|(end, _)| *end <= until) {
        open.pop();
        put(spans, end, open.last().and_then(|(_, region)| *region));
    }
}

fn put(spans: &mut Vec<Span>, first: u64, region: Option<Region>) {
    match spans.last_mut() {
        Some(last) if last.first == first => last.region = region,
        Some(last) if last.region == region => {}
        _ => spans.push(Span { first, region }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CASES: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/phones/regions.tsv"));

    fn zones(phone: &str) -> Vec<&'static str> {
        Region::of(Phone::parse(phone).unwrap()).map_or(Vec::new(), |region| region.zones().to_vec())
    }

    #[test]
    fn numbers_are_where_libphonenumber_says() {
        let (mut cases, mut larger, mut smaller) = (0, 0, 0);
        for line in CASES.lines().filter(|line| !line.starts_with('#')) {
            let (digits, names) = line.split_once('\t').unwrap();
            let expected: Vec<&str> = names.split(' ').filter(|name| !name.is_empty()).collect();
            let ours = zones(digits);
            let covers = expected.iter().all(|name| ours.contains(name));
            smaller += usize::from(!covers);
            larger += usize::from(covers && ours.len() != expected.len());
            cases += 1;
        }
        assert!(cases >= 3_000, "{cases}");
        assert_eq!(larger, 0, "numbers with more zones than they need");
        // Ranges so narrow that the script did not draw one of their numbers.
        assert!(smaller <= 3, "{smaller} of {cases} lack a zone");
    }

    #[test]
    fn well_known_places() {
        assert_eq!(zones("+972501234567"), ["Asia/Jerusalem"]);
        assert_eq!(zones("+12125550123"), ["America/New_York"]);
        assert_eq!(zones("+13105550123"), ["America/Los_Angeles"]);
        assert_eq!(zones("+5215512345678"), zones("+525512345678"));
        assert_eq!(zones("+525512345678"), ["America/Mexico_City"]);
        // A mobile in Australia or Russia does not tell where; nor does a toll-free number.
        assert!(zones("+61412345678").len() > 5 && zones("+79161234567").len() > 5);
        assert!(zones("+18005550123").len() > 20);
        // Neither of these is anywhere.
        assert!(zones("+15550123456").is_empty() && zones("+80012345678").is_empty());
    }

    #[test]
    fn a_tally_is_the_sum_of_its_look_ups() {
        let phones: PhoneSet =
            CASES.lines().filter_map(|line| Phone::parse(line.split('\t').next()?).ok()).collect();
        let mut one_by_one = BTreeMap::new();
        for phone in phones.iter() {
            *one_by_one.entry(Region::of(phone)).or_insert(0) += 1;
        }
        assert_eq!(Region::tally(&phones), one_by_one);
        assert_eq!(Region::tally(&PhoneSet::new()), BTreeMap::new());
    }

    #[test]
    fn the_table_is_whole() {
        assert!(Region::data_version().starts_with("phonenumbers 9."), "{}", Region::data_version());
        assert!(MAP.zones.len() > 250 && MAP.spans.len() > 3_000);
        assert!(MAP.spans.windows(2).all(|pair| pair[0].first < pair[1].first));
    }
}
