//! Bodies of errors, and what the client makes of any answer to a send: one request, a class, and no credential in
//! any text.
#![no_main]

mod server;

use campaignctl::api::{Echo, ErrorBody, SendBody, SendOutcome, Write};
use campaignctl::model::{Content, Id};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let body = ErrorBody::read(data, server::KEY, &Echo::nothing());
    let shown = format!("{}", body.text);
    assert!(!shown.contains(server::KEY) && !shown.contains('\n') && shown.chars().count() < 2_000);
    assert!(body.fields.len() <= 100);

    let client = server::client(data);
    let order = SendBody {
        session_id: Id::new("s-1").unwrap(),
        group_id: Id::new("g-1").unwrap(),
        content: Content { text: Some("Hello".to_owned()), media: None },
    };
    let outcome = server::run(client.create_job(&order));
    assert_eq!(client.requests_made(), 1, "one POST");
    match &outcome {
        SendOutcome::Accepted { job } => {
            let id = job.id.to_string();
            assert!(String::from_utf8_lossy(data).to_lowercase().contains(&id.to_lowercase()), "made up: {id}");
        }
        SendOutcome::InDoubt { .. } | SendOutcome::NotSent { .. } | SendOutcome::Rejected { .. } => {}
    }
    assert!(!format!("{outcome:?}").contains(server::KEY));
});
