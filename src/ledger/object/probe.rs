//! The self-test: whether a store keeps conditional writes' promise, found out before it is trusted.
//!
//! Some stores answer *yes* to every conditional write, some only when two come at the same time. Either would let
//! two runs have one position in the ledger.

use bytes::Bytes;
use futures_util::future::join_all;

use super::bucket::{Bucket, Object, Put};
use super::error::ObjectError;
use crate::ledger::random::new_run_id;

/// Writers at once.
const CREATORS: u8 = 8;
/// Replacers at once.
const REPLACERS: u8 = 4;
/// The test's objects are shorter.
const MAX: usize = 64;

/// Tests the store; returns its time, in Unix seconds.
pub(super) async fn probe(bucket: &Bucket) -> Result<i64, ObjectError> {
    let id = new_run_id().map_err(|_| ObjectError::Setup {
        place: bucket.place().to_owned(),
        why: "the system gives no random numbers".to_owned(),
        hint: "Run campaignctl on a system with a working random number source.",
    })?;
    let name = format!("probe/{id}");
    let result = test(bucket, &name).await;
    // Best effort, whatever came out: it only takes space.
    if let Err(error) = bucket.delete(&name).await {
        tracing::debug!(%error, "the self-test's object was not deleted");
    }
    result
}

async fn test(bucket: &Bucket, name: &str) -> Result<i64, ObjectError> {
    let lies = |why| Err(ObjectError::Unsafe { place: bucket.place().to_owned(), why });
    let body = |n: u8| Bytes::from(format!("self-test {n}"));

    let created = join_all((0..CREATORS).map(|n| bucket.create(name, body(n)))).await;
    let winners = winners(created)?;
    if winners.len() > 1 {
        return lies(
            "of several writers at once that each create the same object, more than one was told that it did",
        );
    }
    let first = there(bucket, name).await?;
    if winners.first().is_some_and(|(n, _)| first.bytes != body(*n)) {
        return lies("an object that was created only if absent was overwritten by another such write");
    }
    if first.version.e_tag.is_none() && first.version.version.is_none() {
        return lies("it gives objects no version (ETag) to make a write conditional on");
    }
    if matches!(bucket.create(name, body(CREATORS)).await?, Put::Done(_)) {
        return lies("it creates an object although there is one (If-None-Match is ignored)");
    }

    let version = || first.version.clone();
    let next = |n: u8| body(100 + n);
    let replaced = join_all((0..REPLACERS).map(|n| bucket.replace(name, next(n), version()))).await;
    let replacers = self::winners(replaced)?;
    if replacers.len() > 1 {
        return lies(
            "of several writers at once that each replace the same version, more than one was told that it did",
        );
    }
    if matches!(bucket.replace(name, body(CREATORS), version()).await?, Put::Done(_)) {
        return lies("it replaces an object that has changed since (If-Match is ignored)");
    }
    let second = there(bucket, name).await?;
    if replacers.first().is_some_and(|(n, _)| second.bytes != next(*n)) {
        return lies("an object that was replaced was overwritten by a write that was refused");
    }
    Ok(second.modified)
}

/// Who was told that the write was done. One whose answer was lost may have won: then nobody else has.
fn winners(puts: Vec<Result<Put, ObjectError>>) -> Result<Vec<(u8, Put)>, ObjectError> {
    let mut winners = Vec::new();
    for (n, put) in (0..).zip(puts) {
        match put {
            Ok(put @ Put::Done(_)) => winners.push((n, put)),
            Ok(Put::Refused) => {}
            Err(error) if error.is_unsure() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(winners)
}

async fn there(bucket: &Bucket, name: &str) -> Result<Object, ObjectError> {
    match bucket.read(name, MAX).await? {
        Some(object) => Ok(object),
        None => Err(bucket.unsure("read", name, "the self-test's object is not there after it was written")),
    }
}
