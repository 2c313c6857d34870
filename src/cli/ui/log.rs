//! Logs, to stderr: warnings always, what is done with `-v`, each request with `-vv`. Only this program's own
//! events are logged: those of libraries may hold headers and bodies.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::cli::args::LogFormat;

/// Starts logging for the process; a second call changes nothing.
pub fn start_log(verbose: u8, quiet: bool, format: LogFormat, color: bool) {
    let level = match (quiet, verbose) {
        (true, _) => LevelFilter::ERROR,
        (_, 0) => LevelFilter::WARN,
        (_, 1) => LevelFilter::INFO,
        _ => LevelFilter::DEBUG,
    };
    let only_ours = Targets::new().with_target("campaignctl", level);
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(color);
    let layer = match format {
        LogFormat::Text => layer.with_target(false).boxed(),
        LogFormat::Json => layer.json().flatten_event(true).boxed(),
    };
    let _ = tracing_subscriber::registry().with(layer.with_filter(only_ours)).try_init();
}
