//! `sends:` as written.

use super::MessageFile;
use super::patterns::{MOMENT, RUN, SEND, WEB, any_of, form};
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
    /// A message that goes out once, when it is applied. It has a group, and a text or media (or both).
    SendFile, "a send", schema any_of(&["message", "media"]);
    /// Whom it goes to: a name under `groups:`. Refused: a name that is not there.
    Required group "group": Text = "vip";
    /// The WhatsApp number it is sent from: a name under `sessions:`. Left out: the one under `defaults:`.
    /// Refused: a name that is not there; none in either place.
    Optional session "session": Text = "main";
    /// The text; or {use: NAME} for one under `messages:`, or {file: PATH}.
    Optional message "message": MessageFile = "Special offer for our VIP clients!";
    /// The web address of a picture, a video or a document that goes along. Refused: what is not http or https, and
    /// addresses with a password.
    Optional media "media": Text = "https://example.com/offer.jpg", schema form(WEB, None);
    /// Which time round this is. Another value sends it again, on purpose. Put it in quotes.
    /// Refused: more than 100 characters, spaces at its ends, and characters that nobody can see.
    Optional run "run": Text = "1", default "1", schema form(RUN, Some(100));
    /// What an edited text does when the old one went out already. refuse: the plan is refused, and you decide.
    /// resend: the new text goes to everybody in the group, with `--confirm-audience N`. ignore: nothing.
    Optional on_change "on_change": OneOf<OnChange> = "refuse", default "refuse";
    /// The same text went to the same group under another name, send.NAME, and this repetition is meant. Without it the
    /// plan is refused. Refused: anything but send.NAME, and this send itself.
    Optional repeat_of "repeat_of": Text = "send.winter-offer", schema form(SEND, None);
    /// It is not started after this time: the plan shows it as expired then. In the time zone under `defaults:`, or with
    /// an offset such as +02:00. Refused: a time that does not exist or comes twice on that day.
    Optional send_by "send_by": Text = "2026-12-01T18:00", schema form(MOMENT, None);
    /// direct: it goes to the group itself. snapshot: a group of its own is made for this send and deleted afterwards, so
    /// that nobody who joins meanwhile gets it; it takes one group more of your limit.
    Optional audience "audience": OneOf<Audience> = "direct", default "direct";
    /// running: it goes out. paused, cancelled: it is stopped where it is; if it never went out, it does not.
    Optional state "state": OneOf<RunState> = "running", default "running";
}
