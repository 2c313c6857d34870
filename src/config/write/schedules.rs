//! `schedules:`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde::ser::Serializer;
use serde_yaml::{DoubleQuoted, LitString};

use super::keys::keys;
use super::names::{escaped, wrong_name};
use super::timing::{self, TimingOut};
use super::{Given, Written, key_of};
use crate::config::resolve::is_placeholder;
use crate::model::{Content, ObservedSchedule, ScheduleStatus, one_line, text_length};
use crate::time::Zone;

/// A schedule as written.
#[derive(Serialize)]
pub struct ScheduleOut {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    group: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) session: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<MessageOut>,
    #[serde(skip_serializing_if = "Option::is_none")]
    media: Option<String>,
    #[serde(flatten)]
    timing: TimingOut,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) timezone: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    paused: bool,
}

#[derive(Serialize)]
#[serde(untagged)]
enum MessageOut {
    Text(TextOut),
    Table { text: TextOut, allow_placeholders: bool },
}

/// A text: of several lines as a block, else as YAML has it shortest.
struct TextOut(String);

impl Serialize for TextOut {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = &self.0;
        // A block keeps everything but what cannot be seen; that goes into quotes.
        let plain_lines = !text.starts_with([' ', '\n'])
            && !text.contains(['\t', '\u{feff}', '\u{85}', '\u{2028}', '\u{2029}'])
            && text.split('\n').all(|line| line.trim_end() == line);
        match (text.contains('\n'), plain_lines) {
            (true, true) => LitString(format!("{text}\n")).serialize(serializer),
            (false, true) => serializer.serialize_str(text),
            (_, false) => DoubleQuoted(text).serialize(serializer),
        }
    }
}

/// All that can be written.
pub fn write(given: &Given<'_>, written: &mut Written) -> BTreeMap<String, ScheduleOut> {
    let mut names: BTreeSet<String> = BTreeSet::new();
    let mut good = Vec::new();
    let mut in_order: Vec<_> = given.schedules.iter().collect();
    in_order.sort_by_key(|schedule| (schedule.created_at.is_none(), schedule.created_at, &schedule.id));
    for schedule in in_order {
        let out = schedule_out(schedule, given, &names, written);
        match out {
            Err(why) => written.leave_out("schedule", &schedule.name, &schedule.id, why),
            Ok(out) => {
                names.insert(schedule.name.clone());
                good.push((schedule, out));
            }
        }
    }
    let keys = keys(good.iter().map(|(schedule, _)| schedule.name.as_str()), "schedule");
    let with_key = good.into_iter().zip(keys).map(|((schedule, mut out), key)| {
        out.name = (schedule.name != key).then(|| escaped(&schedule.name));
        written.schedules.insert(key.clone(), schedule.id.clone());
        (key, out)
    });
    with_key.collect()
}

fn schedule_out(
    schedule: &ObservedSchedule,
    given: &Given<'_>,
    names: &BTreeSet<String>,
    written: &Written,
) -> Result<ScheduleOut, String> {
    match &schedule.status {
        ScheduleStatus::Active | ScheduleStatus::Paused => {}
        ScheduleStatus::Cancelled | ScheduleStatus::Completed => {
            return Err(format!("it is {}, which is final", schedule.status.as_str()));
        }
        ScheduleStatus::Unknown(word) => {
            return Err(format!("its status is {:?}, which this version does not know", one_line(word, 40)));
        }
    }
    if let Some(wrong) = wrong_name(&schedule.name) {
        return Err(wrong.to_owned());
    }
    if names.contains(&schedule.name) {
        return Err(
            "another schedule has the same name; rename one of the two on the dashboard to have both"
                .to_owned(),
        );
    }
    let group = schedule.group_id.as_ref().ok_or("the API does not show its group")?;
    let group =
        key_of(&written.groups, group).ok_or("its group is not in the files, or not on the account")?;
    let session = schedule.session_id.as_ref().ok_or("the API does not show its session")?;
    let session = key_of(&written.sessions, session).ok_or("its session is not on the account")?;
    let zone = schedule.timezone.as_deref().unwrap_or("UTC");
    let zone = Zone::parse(zone).map_err(|_| "its time zone is not known".to_owned())?;
    let timing = timing::write(schedule, &zone, given.now)?;
    let media = media(schedule)?;
    let message = message(schedule)?;
    if message.is_none() && media.is_none() {
        return Err("the API does not show its text".to_owned());
    }
    Ok(ScheduleOut {
        name: None,
        group: group.to_owned(),
        session: Some(session.to_owned()),
        message,
        media,
        timing,
        timezone: Some(zone.name().to_owned()),
        paused: schedule.status == ScheduleStatus::Paused,
    })
}

fn message(schedule: &ObservedSchedule) -> Result<Option<MessageOut>, String> {
    let text = schedule.text.as_deref().map(Content::normalise).filter(|text| !text.is_empty());
    let Some(text) = text else { return Ok(None) };
    if text.trim().is_empty() || text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
        return Err("its text has characters in it that nobody can see".to_owned());
    }
    if text_length(&text) > 4_096 {
        return Err("its text is longer than 4,096 characters".to_owned());
    }
    let shown = TextOut(escaped(&text));
    Ok(Some(if is_placeholder(&text) {
        MessageOut::Table { text: shown, allow_placeholders: true }
    } else {
        MessageOut::Text(shown)
    }))
}

/// As `resolve::content` takes it.
fn media(schedule: &ObservedSchedule) -> Result<Option<String>, String> {
    let Some(address) = schedule.media.as_deref().filter(|media| !media.is_empty()) else { return Ok(None) };
    let url = url::Url::parse(address).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    match url {
        Some(url) if !url.username().is_empty() || url.password().is_some() => {
            Err("the address of its media has a password in it".to_owned())
        }
        Some(_) if !address.chars().any(|c| c.is_whitespace() || c.is_control()) => {
            Ok(Some(escaped(address)))
        }
        _ => Err("the address of its media is no web address".to_owned()),
    }
}
