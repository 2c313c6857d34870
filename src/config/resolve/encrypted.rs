//! Files of members that are encrypted with age: decrypted as they are read, never written anywhere.
//!
//! No message repeats anything of an identity or of what was decrypted.

use std::cell::Cell;
#[cfg(feature = "age")]
use std::io;
use std::io::Read;
use std::rc::Rc;

use super::Settings;
use crate::config::paths::Named;
use crate::config::read::{Cx, Text};

/// Whether a file turned out to be damaged while it was read: then what was read of it says nothing.
#[derive(Debug, Clone, Default)]
pub struct Damage(Rc<Cell<bool>>);

impl Damage {
    /// Reports the damage, if there was any.
    pub fn report(&self, path: &Text, cx: &mut Cx<'_>) -> bool {
        if self.0.get() {
            let quoted = path.quote(cx);
            cx.report
                .error(
                    "age-damaged",
                    path.span,
                    format!("{quoted} was cut short or changed since it was encrypted"),
                )
                .help("encrypt it again, or put back a whole copy");
        }
        self.0.get()
    }
}

/// What is in `named`, decrypted; what is wrong is reported.
#[cfg(feature = "age")]
pub fn open(
    path: &Text,
    named: Named,
    settings: &Settings<'_>,
    cx: &mut Cx<'_>,
) -> Option<(Box<dyn Read>, Damage)> {
    use std::io::BufReader;

    use age::armor::ArmoredReader;
    use age::{DecryptError, Decryptor};

    let quoted = path.quote(cx);
    let mut fail = |code, message: String, help: &str| {
        cx.report.error(code, path.span, message).help(help);
        None
    };
    let room = Rc::new(Cell::new(LONGEST_HEADER));
    let bounded = Bounded { inner: named.file, room: Rc::clone(&room) };
    let decryptor = match Decryptor::new_buffered(ArmoredReader::new(BufReader::new(bounded))) {
        Ok(decryptor) => decryptor,
        Err(DecryptError::Io(error))
            if !matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof) =>
        {
            return fail(
                "unreadable-file",
                format!("{quoted} cannot be read: {error}"),
                "check the file's permissions",
            );
        }
        Err(_) => {
            return fail(
                "age-not",
                format!("{quoted} ends in .age and is no file that age made"),
                "encrypt it (`age -r age1… -o FILE.age FILE`), or take the .age off its name if it is not encrypted",
            );
        }
    };
    if decryptor.is_scrypt() {
        return fail(
            "age-passphrase",
            format!("{quoted} is encrypted with a passphrase, and there is nobody to type it"),
            "encrypt it for a key: `age-keygen -o key.txt`, then `age -r age1… -o FILE.age FILE`",
        );
    }
    let Some(identity) = settings.age_identity else {
        return fail(
            "age-no-identity",
            format!("{quoted} is encrypted with age, and there is no identity to decrypt it with"),
            "set CAMPAIGNCTL_AGE_IDENTITY to the key (AGE-SECRET-KEY-1…), or name its file: --age-identity FILE",
        );
    };
    let Some(identities) = identities(identity.expose()) else {
        return fail(
            "age-bad-identity",
            format!("{quoted} is encrypted with age, and the identity that was given is no age key"),
            "give what `age-keygen` wrote: a line AGE-SECRET-KEY-1… in CAMPAIGNCTL_AGE_IDENTITY or in the file of \
             --age-identity",
        );
    };
    match decryptor.decrypt(identities.iter().map(|identity| identity as &dyn age::Identity)) {
        Ok(inner) => {
            room.set(u64::MAX);
            let damage = Damage::default();
            Some((Box::new(Watched { inner, damage: damage.clone() }), damage))
        }
        Err(DecryptError::NoMatchingKeys) => fail(
            "age-wrong-key",
            format!("{quoted} is encrypted for another key than the identity that was given"),
            "give the identity that it was encrypted for, or encrypt it for this one too: `age -r age1… -r age1…`",
        ),
        Err(_) => fail(
            "age-damaged",
            format!("{quoted} was cut short or changed since it was encrypted"),
            "encrypt it again, or put back a whole copy",
        ),
    }
}

/// What is in `named`: nothing that this build could read.
#[cfg(not(feature = "age"))]
pub fn open(
    path: &Text,
    _named: Named,
    _settings: &Settings<'_>,
    cx: &mut Cx<'_>,
) -> Option<(Box<dyn Read>, Damage)> {
    let quoted = path.quote(cx);
    cx.report
        .error(
            "age-unsupported",
            path.span,
            format!("{quoted} is encrypted with age, and this campaignctl was built without it"),
        )
        .help("use a campaignctl with the feature `age`, or decrypt it to a file that git ignores");
    None
}

/// Every key of a text as `age-keygen` writes it. `None` where a line is no key, or there is none.
#[cfg(feature = "age")]
fn identities(text: &str) -> Option<Vec<age::x25519::Identity>> {
    let keys: Vec<_> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.parse().ok())
        .collect::<Option<_>>()?;
    Some(keys).filter(|keys| !keys.is_empty())
}

/// The longest header, in bytes: a hundred recipients. The library reads it into memory, and parses it anew with each
/// line.
#[cfg(feature = "age")]
const LONGEST_HEADER: u64 = 16 << 10;

/// Ends in an error after `room` bytes.
#[cfg(feature = "age")]
struct Bounded<R> {
    inner: R,
    room: Rc<Cell<u64>>,
}

#[cfg(feature = "age")]
impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        let left = self.room.get().checked_sub(n as u64);
        self.room.set(left.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))?);
        Ok(n)
    }
}

/// Notes an error on its way: each piece is authenticated, so an error means that the file is not what was
/// encrypted.
#[cfg(feature = "age")]
struct Watched<R> {
    inner: R,
    damage: Damage,
}

#[cfg(feature = "age")]
impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer).map_err(|_| {
            self.damage.0.set(true);
            io::Error::other("damaged")
        })
    }
}
