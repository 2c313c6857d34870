//! The nouns of campaignctl: addresses, phones, content, what is desired, what is observed.
//!
//! Owns the meaning of each noun and its comparison. No I/O and no clock: whatever needs either is an
//! argument. Wire and file formats are elsewhere ([`crate::api`], [`crate::config`]) and convert into these.

mod account;
mod address;
mod content;
mod desired;
mod digest;
mod id;
mod ledger_place;
mod masked;
mod moves;
mod numbering;
mod observed;
mod phone;
mod phone_set;
mod policy;
mod prose;
mod region;
mod secret;
mod text;
mod trunk;

pub use account::{Account, Limits, PlanName};
pub use address::{Address, AddressError, Kind};
pub use content::{Content, ContentHash, MessageType};
pub use desired::{
    Audience, Desired, DesiredGroup, DesiredSchedule, DesiredSend, DesiredSession, Member, Membership, Move,
    MoveTarget, OnChange, RunState, ScheduleType, SessionRef, Source, Timing, WaGroupRef,
};
pub use digest::{AudienceDigest, Salt, Sha256Hex, WaGroupDigest};
pub use id::Id;
pub use ledger_place::LedgerPlace;
pub use masked::Masked;
pub use numbering::{CHECKED_WHEN_READ, is_in_use};
pub use observed::{
    JobStatus, Observed, ObservedGroup, ObservedJob, ObservedMembers, ObservedSchedule, ObservedSession,
    ScheduleStatus, SessionStatus, Subscription,
};
pub use phone::{Phone, PhoneError};
pub use phone_set::PhoneSet;
pub use policy::{
    InDoubt, MaxDelete, MaxPerRecipient, Policy, QuietHours, Requirement, Rule, SuppressRunning,
};
pub use prose::{PhonePlace, masked_phones, names_phone, replace_phones};
pub use region::Region;
pub use secret::Secret;
pub use text::{grouped, member_name, normal, one_line, printable, text_length, unseen};
