//! When a schedule fires, in the words of the YAML: `weekly on Monday at 09:00`, not the cron expression that it
//! compiles to. What was written as cron stays cron.

use super::Detail;
use crate::model::ScheduleType;
use crate::time::{Cron, Plain, Weekday, recognise};

/// The line of a plan for times that recur, old → new; both are cron expressions, as on the account.
pub(super) fn when(wanted: ScheduleType, old: Option<String>, new: &str) -> Detail {
    match words(new, Some(wanted)) {
        Some(new) => {
            let old = old.map(|old| words(&old, None).unwrap_or_else(|| format!("cron {old}")));
            Detail::Field { name: "when", old, new: Some(new) }
        }
        None => Detail::Field { name: "cron", old, new: Some(new.to_owned()) },
    }
}

/// `None` where it cannot be said without cron, or not as this type.
fn words(cron: &str, wanted: Option<ScheduleType>) -> Option<String> {
    let ways = recognise(&Cron::parse(cron).ok()?);
    let is_wanted = |plain: &Plain| {
        let its_type = match plain {
            Plain::Daily(_) => ScheduleType::Daily,
            Plain::Weekly(..) => ScheduleType::Weekly,
            Plain::Monthly(..) => ScheduleType::Monthly,
        };
        wanted.is_none_or(|wanted| wanted == its_type)
    };
    Some(match ways.into_iter().find(is_wanted)? {
        Plain::Daily(at) => format!("daily at {at}"),
        Plain::Weekly(on, at) => format!("weekly on {} at {at}", listed(&on)),
        Plain::Monthly(on, at) => format!("monthly on day {on} at {at}"),
    })
}

/// `Monday, Tuesday and Friday`.
fn listed(days: &[Weekday]) -> String {
    let names: Vec<String> = days
        .iter()
        .map(|day| {
            let (first, rest) = day.name().split_at(1);
            first.to_uppercase() + rest
        })
        .collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(wanted: ScheduleType, old: Option<&str>, new: &str) -> (&'static str, Option<String>, String) {
        match when(wanted, old.map(str::to_owned), new) {
            Detail::Field { name, old, new: Some(new) } => (name, old, new),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn in_the_words_of_the_yaml() {
        let new = |wanted, cron| said(wanted, None, cron);
        let plain = |text: &str| ("when", None, text.to_owned());
        assert_eq!(new(ScheduleType::Daily, "0 9 * * *"), plain("daily at 09:00"));
        assert_eq!(new(ScheduleType::Weekly, "0 9 * * MON"), plain("weekly on Monday at 09:00"));
        let days = "weekly on Monday, Thursday and Sunday at 18:30";
        assert_eq!(new(ScheduleType::Weekly, "30 18 * * SUN,MON,THU"), plain(days));
        assert_eq!(new(ScheduleType::Monthly, "0 9 31 * *"), plain("monthly on day 31 at 09:00"));
        let cron = |text: &str| ("cron", None, text.to_owned());
        assert_eq!(new(ScheduleType::Cron, "0 9 * * MON"), cron("0 9 * * MON"), "as it was written");
    }

    #[test]
    fn old_and_new() {
        let change = |old| said(ScheduleType::Weekly, Some(old), "0 9 * * TUE").1.unwrap();
        assert_eq!(change("0 9 * * 1"), "weekly on Monday at 09:00");
        assert_eq!(change("0 8 * * *"), "daily at 08:00");
        assert_eq!(change("0 9,17 * * *"), "cron 0 9,17 * * *");
        assert_eq!(change("whatever"), "cron whatever");
        let kept = said(ScheduleType::Cron, Some("0 8 * * *"), "0 9 * * *");
        assert_eq!(kept, ("cron", Some("0 8 * * *".to_owned()), "0 9 * * *".to_owned()));
    }
}
