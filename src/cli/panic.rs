//! A fault of the program itself. What a panic says may hold anything, a phone number too: only its place is shown.

use std::panic;
use std::sync::atomic::{AtomicBool, Ordering};

use super::exit::Exit;

/// Whether changes have begun: a panic after that is not "failed before anything was changed".
static CHANGING: AtomicBool = AtomicBool::new(false);

/// From here on, something may have been changed.
pub fn changes_begin() {
    CHANGING.store(true, Ordering::SeqCst);
}

/// Shows the place of a panic and nothing of its message.
pub fn install_hook() {
    panic::set_hook(Box::new(|info| {
        use std::io::Write;
        let place = info.location().map(|l| format!("{}:{}", l.file(), l.line())).unwrap_or_default();
        let _ = writeln!(
            std::io::stderr().lock(),
            "error: campaignctl has a fault and had to stop ({place}, version {})\n  \
             → what was done is in the ledger: run `campaignctl plan` to see where things stand\n  \
             → please report this with the command you ran; never with phone numbers or keys",
            env!("CARGO_PKG_VERSION")
        );
    }));
}

/// The exit code after a panic, or where the result could not be written.
pub fn exit() -> Exit {
    if CHANGING.load(Ordering::SeqCst) { Exit::Partial } else { Exit::Failed }
}
