//! The object store ledger against a store in memory that can lie, lose answers and tell any time.

mod damage;
#[cfg(unix)]
mod directory;
mod faulty;
mod locks;
mod lost_answers;
mod snapshots;
mod stops;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use object_store::path::Path;
use object_store::{ObjectStoreExt, PutPayload};

use self::faulty::Faulty;
use super::bucket::Bucket;
use super::store::ObjectLedger;
use super::timing::Timing;
use crate::ledger::store::Store;
use crate::ledger::testing::{at, holder};
use crate::ledger::{Event, LedgerError, ObjectError, Writer};

/// Nothing waits, and no lease is renewed unless the test says so.
const TIMING: Timing = Timing {
    ttl: Duration::from_mins(1),
    renew: Duration::from_hours(1),
    request: Duration::from_secs(20),
    pause: Duration::from_micros(10),
    tries: 4,
};

/// A store that several ledgers can share, as several machines do.
fn store() -> Arc<Faulty> {
    Arc::new(Faulty::default())
}

fn ledger(store: &Arc<Faulty>) -> ObjectLedger {
    ledger_with(store, TIMING)
}

fn ledger_with(store: &Arc<Faulty>, timing: Timing) -> ObjectLedger {
    let store = Arc::clone(store);
    ObjectLedger::over(Bucket::new(store, Path::from("team/acme"), "s3://bucket/team/acme/", timing)).unwrap()
}

fn lock(ledger: &ObjectLedger, run: &str) -> Box<dyn Writer> {
    ledger.lock(&holder(run)).unwrap()
}

fn append(ledger: &ObjectLedger, events: impl IntoIterator<Item = Event>) {
    let mut writer = lock(ledger, "r");
    for event in events {
        writer.append(event, at(1)).unwrap();
    }
}

fn refusal(ledger: &ObjectLedger) -> LedgerError {
    ledger.lock(&holder("x")).map(|_| ()).unwrap_err()
}

fn object_error(error: &LedgerError) -> &ObjectError {
    match error {
        LedgerError::Object(error) => error,
        other => panic!("{other:?}"),
    }
}

/// Does something to the objects themselves, behind every ledger's back.
async fn write(store: &Faulty, name: &str, bytes: impl Into<Bytes>) {
    let path = Path::from(format!("team/acme/{name}"));
    store.inner.put(&path, PutPayload::from_bytes(bytes.into())).await.unwrap();
}

async fn delete(store: &Faulty, name: &str) {
    store.inner.delete(&Path::from(format!("team/acme/{name}"))).await.unwrap();
}

async fn read(store: &Faulty, name: &str) -> Bytes {
    store.inner.get(&Path::from(format!("team/acme/{name}"))).await.unwrap().bytes().await.unwrap()
}

/// What the tests ask the store itself.
trait Count {
    /// Objects in a directory of the ledger.
    async fn len_of(&self, dir: &str) -> usize;
}

impl Count for object_store::memory::InMemory {
    async fn len_of(&self, dir: &str) -> usize {
        use futures_util::StreamExt as _;
        use object_store::ObjectStore as _;
        self.list(Some(&Path::from(format!("team/acme/{dir}")))).count().await
    }
}
