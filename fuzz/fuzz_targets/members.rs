//! A group's members, as they are streamed, and an export's rows: as many come out as the answer announced, or it
//! is an error.
#![no_main]

mod server;

use campaignctl::api::{ExportFormat, ExportSink, Read, read_export};
use campaignctl::model::{Id, Phone};
use libfuzzer_sys::fuzz_target;

struct Count(u64);

impl ExportSink for Count {
    fn member(&mut self, _: Option<Phone>, _: Option<&str>) -> std::io::Result<()> {
        self.0 += 1;
        Ok(())
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((&kind, data)) = data.split_first() else { return };
    let client = server::client(data);
    let id = Id::new("g-1").unwrap();
    server::run(async {
        match kind {
            b'g' => {
                if let Ok(group) = client.group(&id, None).await {
                    let members = group.members.unwrap_or_default();
                    let people = members.phones.len() as u64 + members.redacted;
                    if let Some(count) = group.member_count {
                        // One person may be there in two spellings: fewer are possible, none at all is not.
                        assert!(people > 0 || count == 0, "{count} were announced");
                    }
                }
            }
            b'c' | b'j' => {
                let format = if kind == b'c' { ExportFormat::Csv } else { ExportFormat::Json };
                if let Ok(body) = client.export(&id, format).await {
                    let _ = read_export(&id, body, format, Count(0)).await;
                }
            }
            _ => {
                if let Ok(detail) = client.job_detail(&id).await {
                    let _ = format!("{detail:?}");
                }
            }
        }
    });
});
