//! Server-sent events of a job: any stream ends, in values or in one error after which nothing comes.
#![no_main]

mod server;

use campaignctl::api::Read;
use campaignctl::model::Id;
use futures_util::StreamExt;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let client = server::client(data);
    server::run(async {
        let Ok(mut events) = client.progress(&Id::new("j-1").unwrap()).await else { return };
        let mut failed = false;
        let mut came = 0_usize;
        while let Some(event) = events.next().await {
            assert!(!failed, "something came after the error");
            failed = event.is_err();
            came += 1;
            assert!(came <= data.len() + 1, "more events than bytes");
        }
    });
});
