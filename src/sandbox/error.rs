//! Why the sandbox could not start or keep its data. Every text says what to do next.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Why the sandbox could not start, or could not write its data.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SandboxError {
    /// The address is taken or not ours.
    #[error("the sandbox cannot listen on {address}; choose another with --port (0 takes any that is free)")]
    Bind {
        /// Where.
        address: SocketAddr,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Another process uses the data.
    #[error(
        "another campaignctl uses the sandbox in {}; wait until it ends, stop it, or use another directory",
        dir.display()
    )]
    InUse {
        /// The data directory.
        dir: PathBuf,
    },
    /// A file that is not what was written.
    #[error("the sandbox's data in {} are damaged ({why}); delete the directory {} to start anew", file.display(), dir.display())]
    Corrupt {
        /// The file.
        file: PathBuf,
        /// The data directory.
        dir: PathBuf,
        /// What is wrong with it, without its content.
        why: String,
    },
    /// Data of another format.
    #[error("the sandbox's data in {} are of format {found}, this version reads {known}; delete the directory to start anew", file.display())]
    Format {
        /// The file.
        file: PathBuf,
        /// What it says it is.
        found: u32,
        /// What this version reads.
        known: u32,
    },
    /// The file system refuses.
    #[error("the sandbox could not {what} {}; check that the disk is not full and the directory may be written", path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// On what.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A background task ended.
    #[error("the sandbox stopped by itself; start it again and report this with the command that was run")]
    Stopped,
}
