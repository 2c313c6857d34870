//! `sends:` as written.

use super::MessageFile;
use crate::config::read::{Choices, OneOf, Text, record};
use crate::model::{Audience, OnChange, RunState};

impl Choices for Audience {
    const WHAT: &'static str = "a kind of audience";
    const ALL: &'static [(&'static str, Self)] = &[("direct", Self::Direct), ("snapshot", Self::Snapshot)];
}

impl Choices for RunState {
    const WHAT: &'static str = "a state";
    const ALL: &'static [(&'static str, Self)] =
        &[("running", Self::Running), ("paused", Self::Paused), ("cancelled", Self::Cancelled)];
}

record! {
    /// A message that goes out once, when applied.
    SendFile, "a send";
    /// Whom it goes to: a name under `groups:`.
    Required group "group": Text = "vip";
    /// What it is sent from: a name under `sessions:`. By default the default session.
    Optional session "session": Text = "main";
    /// The text.
    Optional message "message": MessageFile = "Special offer for our VIP clients!";
    /// An http or https address of a picture, video or document.
    Optional media "media": Text = "https://example.com/offer.jpg";
    /// Which time round. Another value sends the same again, on purpose.
    Optional run "run": Text = "1";
    /// What an edited text does once it was sent.
    Optional on_change "on_change": OneOf<OnChange> = "refuse";
    /// The send whose repetition this is: the same text to the same group, and that is meant.
    Optional repeat_of "repeat_of": Text = "send.winter-offer";
    /// Not started after this time.
    Optional send_by "send_by": Text = "2026-12-01T18:00";
    /// direct: the group itself. snapshot: a group made for this send, which is safer and takes one group more.
    Optional audience "audience": OneOf<Audience> = "direct";
    /// running, paused or cancelled. The last two are not sent if they never were.
    Optional state "state": OneOf<RunState> = "running";
}
