//! No text makes a reader panic, and places of errors are always inside the text.

use proptest::prelude::*;

use super::{Cron, TimeOfDay, Weekday, Zone, local};

proptest! {
    #[test]
    fn readers_take_any_text(text in "\\PC{0,40}") {
        if let Err(error) = Cron::parse(&text) {
            prop_assert!(text.get(error.span.clone()).is_some(), "{text:?} {:?}", error.span);
        }
        let _ = (Zone::parse(&text), TimeOfDay::parse(&text), Weekday::parse(&text), local::parse_at(&text));
    }

    #[test]
    fn readers_take_nearly_right_text(text in "[0-9*,/ A-Za-z@#?é\\t-]{0,30}") {
        match Cron::parse(&text) {
            Ok(cron) => prop_assert_eq!(Cron::parse(&cron.to_string()), Ok(cron)),
            Err(error) => prop_assert!(text.get(error.span.clone()).is_some()),
        }
    }

    #[test]
    fn expressions_mean_what_their_canonical_text_means(
        fields in [
            "(\\*|[0-9]|[1-5][0-9])(/[1-9])?(,[0-9])?",
            "(\\*|[0-9]|1[0-9])(/[1-9])?(,2[0-3])?",
            "(\\*|[1-9]|[12][0-9](-31)?)(/[1-9])?(,30)?",
            "(\\*|[1-9]|NOV-FEB)(/[1-9])?(,12)?",
            "(\\*|[0-7]|FRI-MON|[1-3]-[4-7])(/[1-7])?(,SUN)?",
        ],
    ) {
        let text = fields.join(" ");
        if let Ok(cron) = Cron::parse(&text) {
            let again = Cron::parse(&cron.to_string());
            prop_assert_eq!(again.as_ref(), Ok(&cron), "{}", text);
        }
    }

    #[test]
    fn times_are_read_back_as_written(
        year in 1970_i16..9998, month in 1_i8..=12, day in 1_i8..=28, hour in 0_i8..24, minute in 0_i8..60,
    ) {
        let text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}");
        let expected = jiff::civil::date(year, month, day).at(hour, minute, 0, 0);
        prop_assert_eq!(local::parse_at(&text), Ok(local::At::Local(expected)));
    }
}
