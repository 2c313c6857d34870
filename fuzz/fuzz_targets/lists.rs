//! Lists, page by page, through the real client: no panic, no endless asking, no item twice, and nothing made up.
#![no_main]

mod server;

use std::collections::BTreeSet;

use campaignctl::api::Read;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((&kind, data)) = data.split_first() else { return };
    let client = server::client(data);
    let ids: Result<Vec<String>, _> = server::run(async {
        Ok::<_, campaignctl::api::ApiError>(match kind {
            b'g' => client.groups().await?.into_iter().map(|g| g.id.to_string()).collect(),
            b's' => client.schedules().await?.into_iter().map(|s| s.id.to_string()).collect(),
            b'w' => client.sessions().await?.into_iter().map(|s| s.id.to_string()).collect(),
            _ => client.jobs().await?.into_iter().map(|j| j.id.to_string()).collect(),
        })
    });
    match ids {
        Ok(ids) => {
            let different: BTreeSet<&String> = ids.iter().collect();
            assert_eq!(different.len(), ids.len(), "twice in one list");
        }
        Err(error) => {
            let text = format!("{error} {error:?} {}", error.hint());
            assert!(!text.contains(server::KEY));
        }
    }
});
