//! What comes over the wire, leniently: unknown fields are ignored, missing ones are `None`, and each object is
//! converted explicitly into the model's. Nothing here is sent; see `bodies`.

mod account;
mod group;
mod job;
mod members;
mod page;
mod progress;
mod scalar;
mod schedule;

pub use account::{Contact, WaGroup};
pub use job::{Analytics, JobDetail, Recipient};
pub use progress::Progress;
pub use schedule::{Execution, ExecutionPage};

pub(super) use account::WireSubscription;
pub(super) use group::WireGroupDetail;
pub(super) use job::{WireAnalytics, WireJobDetail};
#[cfg(test)]
pub(super) use members::MembersFold;
pub(super) use members::{MemberNode, MembersNode};
pub(super) use page::{MOST_ITEMS, Node, Object, Page, TOO_MANY};
pub(super) use progress::WireProgress;

/// Turns one object of an answer into the model's, or says what it lacks.
pub(super) trait FromWire: Sized {
    /// As it comes.
    type Wire: serde::de::DeserializeOwned;
    /// The name under which `api.md` has lists of it.
    const LIST: &'static str;

    /// Converts; the error is what is missing.
    fn from_wire(wire: Self::Wire) -> Result<Self, &'static str>;

    /// What tells it from others when pages overlap; `None` where nothing does.
    fn key(&self) -> Option<String>;
}

/// One object, bare or under `data`.
#[derive(serde::Deserialize)]
#[serde(bound(deserialize = "T: serde::Deserialize<'de>"))]
pub(super) struct Wrapped<T> {
    #[serde(default = "none")]
    pub(super) data: Object<T>,
}

fn none<T>() -> Object<T> {
    Object(None)
}

/// Reads one object from a body, bare or under `data`. `Ok(None)` where it is JSON but not that object; the error
/// is serde's, which says whether the text just ended too early.
pub(super) fn one<T: FromWire>(body: &[u8]) -> Result<Option<T>, serde_json::Error> {
    let Object(bare) = serde_json::from_slice::<Object<T::Wire>>(body)?;
    if let Some(found) = bare.and_then(|wire| T::from_wire(wire).ok()) {
        return Ok(Some(found));
    }
    let Object(wrapped) = serde_json::from_slice::<Object<Wrapped<T::Wire>>>(body)?;
    Ok(wrapped.and_then(|w| w.data.0).and_then(|wire| T::from_wire(wire).ok()))
}
