//! `sandbox serve`: the emulator of the API as a server, for trying and for other programs' tests.

use secrecy::SecretString;

use crate::cli::args::{Format, ServeArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::shell::Shell;
use crate::sandbox::{Options, SandboxClock, SessionSeed, start};

/// Serves until Ctrl-C.
pub async fn serve(shell: &Shell, args: &ServeArgs) -> Result<Exit, CliError> {
    shell.format(&[Format::Text])?;
    let ServeArgs { port, host, data, speed, session, plan, api_key, dialect, fault } = args;
    let options = Options {
        data_dir: Some(data.clone()),
        host: *host,
        port: *port,
        plan: *plan,
        api_key: api_key.as_ref().map(|key| SecretString::from(key.clone())),
        sessions: session.iter().map(|name| SessionSeed::named(name)).collect(),
        dialect: dialect.unwrap_or_default(),
        faults: fault.clone(),
        clock: SandboxClock::with_speed(*speed),
        ..Options::default()
    };
    let running = start(options).await?;
    let url = running.base_url();
    if !host.is_loopback() {
        shell.ui.warn(format_args!(
            "the sandbox listens on {host}: everybody in this network can reach it. It is for trying, and keeps no secret"
        ));
    }
    // The one line on stdout, so that a script can read where it listens.
    shell.ui.line(format_args!("{url}"));
    let key = if api_key.is_some() { "the key you gave" } else { "any key" };
    shell.ui.say(format_args!(
        "The sandbox serves the API at {url}/api/v2 and takes {key}. Nothing reaches real people.\n\
         Its data are in {}; Ctrl-C ends it.\n\n\
         In another terminal:\n  \
         export MOLTFLOW_API_URL={url} MOLTFLOW_API_KEY=sandbox\n  \
         campaignctl plan PATH\n  \
         curl -H \"X-API-Key: $MOLTFLOW_API_KEY\" {url}/api/v2/custom-groups",
        data.display()
    ));
    shell.signals.one().await;
    running.shutdown().await;
    shell.ui.say("The sandbox has ended; its data are kept.");
    Ok(Exit::Done)
}
