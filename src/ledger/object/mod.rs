//! A ledger in an object store: `s3://bucket/prefix`, `gs://…`, `az://…`, or a directory used as one: `file:///…`.
//!
//! What is under the prefix:
//!
//! | object | what | written |
//! |---|---|---|
//! | `events/0000000000000017.json` | event 17, one line | put-if-absent, once; never changed, **never deleted** |
//! | `snapshots/0000000000000500.jsonl` | events 1 to 500 without what later ones supersede | put-if-absent; saves reading, decides nothing |
//! | `stops/0000000000000003.json` | an operator's stop | put-if-absent, once |
//! | `lease.json` | who works on the ledger, and the number of the last event then | put-if-unchanged |
//! | `probe/…` | the self-test's; deleted again | both |
//!
//! **The position is the lock and the fencing token** (`send-safety.md`, *The ledger*). Whoever wants to write
//! event 17 has read all events to 16 and creates `events/…17.json` only if it is not there. Of two runs, however
//! they came to run at the same time, one gets the position, and the other stops before it does anything that its
//! event would have announced. The lease only keeps runs from getting in each other's way: it may expire, be taken
//! over or be deleted by hand, and still nothing is sent twice.
//!
//! That holds only while a position, once taken, stays taken. So no event is ever deleted, also not by compaction,
//! which writes a snapshot beside them: a run that slept for a week wakes up to a position that is taken. A
//! snapshot is made of events that cannot change, so it needs no lock, and a crash in making one leaves nothing
//! half done.
//!
//! A lease's age is told by the store's own clock (its `Last-Modified` against that of the self-test's object), so
//! that no machine's wrong clock takes a lease away from a run that is alive.

mod aws_profile;
mod bridge;
mod bucket;
mod connect;
mod directory;
mod error;
mod events;
mod lease;
mod names;
mod probe;
mod snapshot;
mod stops;
mod store;
mod timing;
mod verify;
mod writer;

pub use error::ObjectError;
pub use store::ObjectLedger;

#[cfg(test)]
mod tests;
