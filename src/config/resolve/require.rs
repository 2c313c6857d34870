//! What `policy.require` will make of these files, said where it is written: a plan refuses it (exit 3), so that
//! `validate` only warns. Weekdays as numbers are warned of in any case ([`crate::config::timing`]).

use crate::config::file::CampaignFile;
use crate::config::read::{Cx, Text};
use crate::model::{Policy, Requirement};

/// Warns of media over http where the policy wants https.
pub fn check(file: &CampaignFile, policy: &Policy, cx: &mut Cx<'_>) {
    if !policy.require.value.contains(&Requirement::HttpsMedia) {
        return;
    }
    let schedules = file.schedules.get().map(|map| map.entries.as_slice()).unwrap_or_default();
    let sends = file.sends.get().map(|map| map.entries.as_slice()).unwrap_or_default();
    let of_schedules = schedules.iter().filter_map(|entry| entry.value.as_ref()?.media.get());
    let of_sends = sends.iter().filter_map(|entry| entry.value.as_ref()?.media.get());
    let media: Vec<&Text> = of_schedules.chain(of_sends).collect();
    for text in media {
        let scheme = text.value.trim().get(..7).unwrap_or_default();
        if scheme.eq_ignore_ascii_case("http://") {
            let does = if policy.require.warn { "warns of it" } else { "refuses it" };
            cx.report
                .warning(
                    "policy-require",
                    text.span,
                    format!("this is fetched over http; by policy `require: [https_media]` a plan {does}"),
                )
                .help("write https://… if its server has that, or put the file on one that does");
        }
    }
}
