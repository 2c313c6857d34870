//! What is known of the terminal: who is there to ask, how wide it is, whether colours help.

use anstream::ColorChoice;

use crate::cli::args::ColorWhen;

/// The terminal, as found at the start; only its width is measured anew, because a person may change it.
#[derive(Debug, Clone)]
pub struct Terminal {
    out: Stream,
    err: Stream,
    can_ask: bool,
    ci: bool,
    columns: Option<usize>,
}

#[derive(Debug, Clone)]
struct Stream {
    color: ColorChoice,
    is_terminal: bool,
}

/// Columns where nothing says how many there are.
const WIDTH: usize = 80;

impl Terminal {
    /// Looks at the streams and the environment (`NO_COLOR`, `CLICOLOR`, `CI`, `TERM`, `COLUMNS`).
    pub fn detect(color: ColorWhen, no_input: bool) -> Self {
        let (stdin, out, err) = super::are_terminals();
        let ci = is_ci();
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let choose = |auto: ColorChoice| match color {
            ColorWhen::Always => ColorChoice::AlwaysAnsi,
            ColorWhen::Never => ColorChoice::Never,
            ColorWhen::Auto if dumb => ColorChoice::Never,
            ColorWhen::Auto => auto,
        };
        Self {
            out: Stream { color: choose(anstream::AutoStream::choice(&std::io::stdout())), is_terminal: out },
            err: Stream {
                color: choose(anstream::AutoStream::choice(&std::io::stderr())),
                is_terminal: err && !dumb,
            },
            can_ask: stdin && err && !ci && !no_input,
            ci,
            columns: std::env::var("COLUMNS").ok().and_then(|columns| columns.trim().parse().ok()),
        }
    }

    /// How stdout takes colours.
    pub fn out_choice(&self) -> ColorChoice {
        self.out.color
    }

    /// How stderr takes colours.
    pub fn err_choice(&self) -> ColorChoice {
        self.err.color
    }

    /// Colours on stdout.
    pub fn out_color(&self) -> bool {
        self.out.color != ColorChoice::Never
    }

    /// Colours on stderr.
    pub fn err_color(&self) -> bool {
        self.err.color != ColorChoice::Never
    }

    /// stdout is a terminal.
    pub fn out_is_terminal(&self) -> bool {
        self.out.is_terminal
    }

    /// A line on stderr can be drawn over.
    pub fn can_redraw(&self) -> bool {
        self.err.is_terminal && !self.ci
    }

    /// Somebody is there to ask.
    pub fn can_ask(&self) -> bool {
        self.can_ask
    }

    /// A pipeline runs this (`CI=true`).
    pub fn is_ci(&self) -> bool {
        self.ci
    }

    /// Columns: as `COLUMNS` names them, else as the terminal is now, else 80.
    pub fn width(&self) -> usize {
        let measured = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        let width = self.columns.or_else(|| self.out.is_terminal.then(measured).flatten());
        width.filter(|width| *width > 0).unwrap_or(WIDTH)
    }
}

/// `CI=true`, or `1`, as pipelines set it.
fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| matches!(value.to_ascii_lowercase().as_str(), "true" | "1" | "yes"))
}
