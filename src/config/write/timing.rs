//! When a schedule fires, as written: as plainly as it can be said with the same meaning and the same type.

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::Serialize;
use serde_yaml::{DoubleQuoted, FlowMap, FlowSeq};

use crate::model::{ObservedSchedule, ScheduleType};
use crate::time::format::with_offset;
use crate::time::local::{parse_at, resolve};
use crate::time::{At, Cron, Local, Plain, TimeOfDay, Zone, recognise};

/// Exactly one of them is there.
#[derive(Debug, Default, Serialize)]
pub struct TimingOut {
    #[serde(skip_serializing_if = "Option::is_none")]
    daily: Option<DoubleQuoted<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    weekly: Option<FlowMap<WeeklyOut>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    monthly: Option<FlowMap<MonthlyOut>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cron: Option<DoubleQuoted<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<DoubleQuoted<String>>,
}

#[derive(Debug, Serialize)]
struct WeeklyOut {
    on: OnOut,
    at: DoubleQuoted<String>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum OnOut {
    One(&'static str),
    Many(FlowSeq<Vec<&'static str>>),
}

#[derive(Debug, Serialize)]
struct MonthlyOut {
    on: u8,
    at: DoubleQuoted<String>,
}

/// How it is written, or why it cannot be.
pub fn write(schedule: &ObservedSchedule, zone: &Zone, now: Timestamp) -> Result<TimingOut, String> {
    let once = schedule.schedule_type == Some(ScheduleType::OneTime)
        || (schedule.schedule_type.is_none() && schedule.cron.is_none());
    if once {
        let text = schedule.scheduled_time.as_deref().ok_or("the API does not show its time")?;
        return once_out(text, schedule.next_run_at, zone, now);
    }
    let text = schedule.cron.as_deref().ok_or("the API does not show its times")?;
    let cron = Cron::parse(text).map_err(|_| "its cron expression cannot be read")?;
    if cron.shortest_gap().is_some() {
        return Err("it fires more often than every 5 minutes".to_owned());
    }
    let wanted = schedule.schedule_type.unwrap_or(ScheduleType::Cron);
    let plain = recognise(&cron).into_iter().find(|plain| type_of(plain) == wanted);
    Ok(match plain {
        Some(plain) => plain_out(plain),
        // Weekdays by name are read the same way by everybody.
        None if cron.has_numeric_weekday() => TimingOut { cron: Some(quoted(&cron)), ..TimingOut::default() },
        None => TimingOut { cron: Some(quoted(&cron.source())), ..TimingOut::default() },
    })
}

fn quoted(text: &impl ToString) -> DoubleQuoted<String> {
    DoubleQuoted(text.to_string())
}

fn type_of(plain: &Plain) -> ScheduleType {
    match plain {
        Plain::Daily(_) => ScheduleType::Daily,
        Plain::Weekly(..) => ScheduleType::Weekly,
        Plain::Monthly(..) => ScheduleType::Monthly,
    }
}

fn plain_out(plain: Plain) -> TimingOut {
    let clock = |at: TimeOfDay| DoubleQuoted(at.to_string());
    match plain {
        Plain::Daily(at) => TimingOut { daily: Some(clock(at)), ..TimingOut::default() },
        Plain::Weekly(days, at) => {
            let on = match days.as_slice() {
                [day] => OnOut::One(day.name()),
                days => OnOut::Many(FlowSeq(days.iter().map(|day| day.name()).collect())),
            };
            TimingOut { weekly: Some(FlowMap(WeeklyOut { on, at: clock(at) })), ..TimingOut::default() }
        }
        Plain::Monthly(on, at) => {
            TimingOut { monthly: Some(FlowMap(MonthlyOut { on, at: clock(at) })), ..TimingOut::default() }
        }
    }
}

fn once_out(text: &str, next: Option<Timestamp>, zone: &Zone, now: Timestamp) -> Result<TimingOut, String> {
    // Fractions of a second, as Python writes them, mean nothing here.
    let whole = match text.split_once('.') {
        Some((head, rest)) => {
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            format!("{head}{}", rest.get(end..).unwrap_or_default())
        }
        None => text.to_owned(),
    };
    let (local, at) = match parse_at(&whole).map_err(|_| "its time cannot be read")? {
        At::Local(local) => match resolve(local, zone) {
            Local::Unique(at) => (local, at),
            Local::Gap { .. } => {
                return Err(format!("its time does not exist in {zone}: clocks jump over it"));
            }
            Local::Overlap { earlier, later } => {
                (local, next.filter(|next| *next == later).unwrap_or(earlier))
            }
        },
        At::Fixed(at, _) => (at.to_zoned(zone.tz().clone()).datetime(), at),
    };
    if at <= now {
        return Err("its time is over".to_owned());
    }
    let written =
        if matches!(resolve(local, zone), Local::Unique(_)) { shown(local) } else { with_offset(at, zone) };
    Ok(TimingOut { at: Some(quoted(&written)), ..TimingOut::default() })
}

fn shown(local: DateTime) -> String {
    let form = if local.second() == 0 { "%Y-%m-%dT%H:%M" } else { "%Y-%m-%dT%H:%M:%S" };
    local.strftime(form).to_string()
}
