//! Cron back to `daily:`, `weekly:` and `monthly:`: the reverse of [`super::compile`].

use super::compile::{self, TimeOfDay, Weekday};
use super::cron::Cron;

/// A time that can be said without cron.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plain {
    /// Every day.
    Daily(TimeOfDay),
    /// On these days of the week, from Monday.
    Weekly(Vec<Weekday>, TimeOfDay),
    /// On this day of the month.
    Monthly(u8, TimeOfDay),
}

impl Plain {
    /// The expression that it compiles to.
    pub fn compile(&self) -> Option<Cron> {
        match self {
            Self::Daily(at) => Some(compile::daily(*at)),
            Self::Weekly(on, at) => compile::weekly(on, *at).ok(),
            Self::Monthly(on, at) => compile::monthly(*on, *at).ok(),
        }
    }
}

/// Every way to say `cron` plainly, each with exactly its meaning; daily is also weekly on all days.
pub fn recognise(cron: &Cron) -> Vec<Plain> {
    let rule = cron.rule();
    let (Some(hour), Some(minute)) = (rule.hours.first(), rule.minutes.first()) else { return Vec::new() };
    let Some(at) = TimeOfDay::new(hour, minute) else { return Vec::new() };
    let days = Weekday::ALL.into_iter().filter(|day| rule.weekdays.contains(day.cron_number())).collect();
    let ways = [
        Some(Plain::Daily(at)),
        Some(Plain::Weekly(days, at)),
        rule.days.first().map(|on| Plain::Monthly(on, at)),
    ];
    ways.into_iter().flatten().filter(|plain| plain.compile().as_ref() == Some(cron)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ways(cron: &str) -> Vec<Plain> {
        recognise(&Cron::parse(cron).unwrap())
    }

    #[test]
    fn what_is_plain_is_recognised_with_its_meaning() {
        let at = TimeOfDay::parse("09:30").unwrap();
        assert_eq!(ways("30 9 * * *"), [Plain::Daily(at), Plain::Weekly(Weekday::ALL.to_vec(), at)]);
        assert_eq!(ways("30 9 * * 4,1"), [Plain::Weekly(vec![Weekday::Monday, Weekday::Thursday], at)]);
        assert_eq!(ways("30 9 * * 7"), [Plain::Weekly(vec![Weekday::Sunday], at)]);
        assert_eq!(ways("30 9 31 * *"), [Plain::Monthly(31, at)]);
        for other in
            ["30 9,10 * * *", "*/5 * * * *", "30 9 1,15 * *", "30 9 * 5 *", "30 9 1 * MON", "30 9 1 1 *"]
        {
            assert_eq!(ways(other), [], "{other}");
        }
    }
}
