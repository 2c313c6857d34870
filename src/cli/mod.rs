//! The shell round the library: arguments, prompts, exit codes.
//!
//! Owns what a person types and reads ([`args`], `ui`, [`error`]), the order of a command's steps, and the exit
//! code. Decides nothing about campaigns: that is the planner's.

mod account;
mod annotations;
pub mod args;
mod commands;
mod credentials;
mod emergency;
pub mod error;
mod executing;
pub mod exit;
mod exporting;
mod firings;
mod fitting;
mod following;
mod importing;
mod local_ledger;
mod moment;
mod output;
mod outputs;
mod panic;
mod placing;
mod planning;
mod project;
mod sent;
mod settling;
mod shell;
mod shell_word;
mod signals;
mod status_view;
mod stop_note;
mod stopping;
mod temporary;
mod trial;
mod tying;
mod ui;
mod variables;

use std::ffi::OsString;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{CommandFactory, Parser};

use self::args::Cli;
use self::error::CliError;
use self::exit::Exit;
use self::shell::Shell;
use self::signals::Signals;
use self::ui::{Terminal, Ui, start_log};
use crate::time::Zone;

/// The whole program: parse, run, exit code.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    panic::install_hook();
    let args: Vec<OsString> = args.into_iter().collect();
    catch_unwind(AssertUnwindSafe(|| start(args))).unwrap_or_else(|_| panic::exit()).into()
}

fn start(args: Vec<OsString>) -> Exit {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let global = &cli.global;
    let terminal = Terminal::detect(global.color, global.no_input);
    start_log(global.verbose, global.quiet, global.log_format, terminal.err_color());
    let ui = Arc::new(Ui::new(terminal, global.quiet, global.verbose > 0));
    if cli.version {
        ui.line(concat!("campaignctl ", env!("CARGO_PKG_VERSION")));
        if global.verbose > 0 {
            ui.line(format_args!("time zone data {}", Zone::tzdata_version()));
        }
        return Exit::Done;
    }
    if cli.command.is_none() {
        ui.err(Cli::command().render_help().ansi());
        return Exit::Failed;
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            ui.error(&CliError::failed("the program could not start its tasks").because(&error));
            return Exit::Failed;
        }
    };
    let exit = runtime.block_on(run(cli, &ui));
    // A question that nobody answered must not keep the program from ending.
    runtime.shutdown_background();
    finish(&ui, exit)
}

/// Runs the command until it ends or a signal ends it.
async fn run(cli: Cli, ui: &Arc<Ui>) -> Exit {
    let Cli { command: Some(command), global, version: _ } = cli else { return Exit::Failed };
    let result = async {
        let shell = Shell::new(Arc::clone(ui), global, Signals::listen())?;
        tokio::select! {
            result = commands::run(&shell, &command) => result,
            () = shell.signals.unclaimed() => {
                Err(CliError { exit: Exit::Interrupted, ..CliError::failed("interrupted; nothing was changed") })
            }
        }
    };
    result.await.unwrap_or_else(|error| {
        ui.error(&error);
        error.exit
    })
}

/// A result that could not be written is a failure, unless something worse or better known has happened.
fn finish(ui: &Ui, exit: Exit) -> Exit {
    let Some(error) = ui.take_broken() else { return exit };
    ui.error(&CliError::failed("the result could not be written to stdout").because(&error));
    if exit == Exit::Done { panic::exit() } else { exit }
}

/// Help goes to stdout; mistakes go to stderr with exit code 1, not clap's 2, which means *changes* here.
fn usage(error: &clap::Error) -> Exit {
    let _ = error.print();
    if error.use_stderr() { Exit::Failed } else { Exit::Done }
}
