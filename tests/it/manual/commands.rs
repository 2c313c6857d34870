//! `docs/commands.md`, from the program's own definition of its commands.

use std::fmt::Write as _;

use campaignctl::cli::args::Cli;
use campaignctl::cli::exit::Exit;
use clap::{Arg, ArgAction, Command, CommandFactory};

use super::anchor;

const HEAD: &str = "# Commands\n\n\
    <!-- Made by UPDATE_DOCS=1 cargo test --test it manual, from src/cli/args. Edits here are lost. -->\n\n\
    `campaignctl COMMAND --help` shows the same in a terminal. PATH is a campaign file or a directory of them, by\n\
    default the working directory. An ADDRESS is `group.NAME`, `schedule.NAME` or `send.NAME`, with the names of the\n\
    [YAML](yaml.md); commands that take one find the project by `--project PATH`.\n\n\
    The result goes to stdout, everything else to stderr. Without a terminal nothing is asked: what would have been asked\n\
    is refused, with the flag that allows it.\n";

/// What the program reads from its environment. A test holds it to the source.
const ENVIRONMENT: &[(&str, &str)] = &[
    (
        "MOLTFLOW_API_KEY",
        "The API key. Never an argument, never in YAML; or a file with it: `--api-key-file`.",
    ),
    ("MOLTFLOW_TOKEN", "Instead of the key: a token, sent as `Bearer`."),
    ("MOLTFLOW_API_URL", "The API's address, where `--api-url` does not say it."),
    (
        "CAMPAIGNCTL_AGE_IDENTITY",
        "What decrypts files of members (`*.age`), where `--age-identity` does not name a file.",
    ),
    (
        "CAMPAIGNCTL_SETTLE_SECONDS",
        "How long an apply waits before it looks for a send whose fate is not known, instead of the policy's `settle`. \
         For tests.",
    ),
    (
        "CAMPAIGNCTL_LEASE_SECONDS",
        "How long the lock of a ledger in an object store outlives a machine that died. For tests.",
    ),
    (
        "CI",
        "`true`: a first send with a local ledger that did not exist before is refused without \
         `--allow-new-ledger`, and progress is plain lines.",
    ),
    (
        "GITHUB_ACTIONS",
        "`true`: every command that reads the YAML marks its mistakes and warnings in the pull request.",
    ),
    ("NO_COLOR", "No colours, as everywhere. `TERM=dumb` and `COLUMNS` are respected too."),
];

fn words(text: &str) -> String {
    let text = text.trim().replace('\n', " ").replace('|', "\\|");
    let end = if text.ends_with(['.', ':', '?', ')', ']']) || text.is_empty() { "" } else { "." };
    format!("{text}{end}")
}

/// `--only ADDRESS`, `-v, --verbose`, `[PATH]`.
fn name(arg: &Arg) -> String {
    let value = arg
        .get_value_names()
        .filter(|_| arg.get_action().takes_values())
        .map(|names| names.iter().map(clap::builder::Str::as_str).collect::<Vec<_>>().join(" "));
    let Some(long) = arg.get_long() else {
        let value = value.unwrap_or_default();
        let many = if matches!(arg.get_action(), ArgAction::Append) { "…" } else { "" };
        let value = format!("{value}{many}");
        return if arg.is_required_set() { value } else { format!("[{value}]") };
    };
    let mut name = arg.get_short().map_or_else(String::new, |short| format!("-{short}, "));
    name.push_str(&format!("--{long}"));
    if let Some(value) = value {
        name.push_str(&format!(" {value}"));
    }
    name
}

fn meaning(arg: &Arg) -> String {
    let mut text = words(&arg.get_help().map(ToString::to_string).unwrap_or_default());
    let values = arg.get_possible_values();
    let defaults: Vec<_> = arg.get_default_values().iter().map(|v| v.to_string_lossy()).collect();
    if arg.get_action().takes_values() && values.iter().any(|value| !value.is_hide_set()) {
        let values = values.iter().filter(|value| !value.is_hide_set()).map(|value| {
            let help = value.get_help().map(|help| format!(": {}", help.to_string().trim_end_matches('.')));
            format!("`{}`{}", value.get_name(), help.unwrap_or_default())
        });
        write!(text, "<br>One of {}.", values.collect::<Vec<_>>().join("; ")).unwrap();
    }
    if arg.get_action().takes_values() && !defaults.is_empty() {
        write!(text, "<br>By default `{}`.", defaults.join(" ")).unwrap();
    }
    if arg.get_long().is_some() && matches!(arg.get_action(), ArgAction::Append) && !text.contains("repeated")
    {
        text.push_str(" May be repeated.");
    }
    text
}

fn table<'a>(page: &mut String, head: &str, args: impl Iterator<Item = &'a Arg>) {
    let rows: String = args.map(|arg| format!("| `{}` | {} |\n", name(arg), meaning(arg))).collect();
    if !rows.is_empty() {
        write!(page, "\n| {head} | |\n|---|---|\n{rows}").unwrap();
    }
}

fn section(page: &mut String, command: &Command, path: &str, level: usize) {
    let path = format!("{path} {}", command.get_name());
    write!(page, "\n{} {path}\n\n", "#".repeat(level)).unwrap();
    writeln!(page, "{}", words(&command.get_about().map(ToString::to_string).unwrap_or_default())).unwrap();
    let visible = || command.get_arguments().filter(|arg| !arg.is_global_set() && !arg.is_hide_set());
    let visible = || visible().filter(|arg| arg.get_id() != "help");
    let positional: String =
        visible().filter(|a| a.is_positional()).map(|a| format!(" {}", name(a))).collect();
    let runs = command.get_subcommands().next().is_none() || visible().next().is_some();
    if runs {
        write!(page, "\n```text\n{path} [FLAGS]{positional}\n```\n").unwrap();
    }
    table(page, "argument", visible().filter(|arg| arg.is_positional()));
    table(page, "flag", visible().filter(|arg| !arg.is_positional()));
    if let Some(after) = command.get_after_help() {
        let examples = after.to_string();
        let examples: Vec<_> = examples.lines().skip(1).map(str::trim).collect();
        write!(page, "\n```sh\n{}\n```\n", examples.join("\n")).unwrap();
    }
    for child in command.get_subcommands().filter(|child| !child.is_hide_set()) {
        section(page, child, &path, level + 1);
    }
}

fn page() -> String {
    let mut program = Cli::command();
    program.build();
    let mut page = HEAD.to_owned();
    page.push_str("\n| command | what |\n|---|---|\n");
    let commands = || program.get_subcommands().filter(|command| !command.is_hide_set());
    for command in commands() {
        let path = format!("campaignctl {}", command.get_name());
        let about = words(&command.get_about().map(ToString::to_string).unwrap_or_default());
        writeln!(page, "| [`{}`](#{}) | {about} |", command.get_name(), anchor(&path)).unwrap();
    }
    page.push_str(
        "\nThen: [flags of every command](#flags-of-every-command), [the environment](#the-environment), ",
    );
    page.push_str("[exit codes](#exit-codes).\n");
    for command in commands() {
        section(&mut page, command, "campaignctl", 2);
    }
    page.push_str("\n## Flags of every command\n\nBefore or after the command.\n");
    table(
        &mut page,
        "flag",
        program.get_arguments().filter(|arg| arg.is_global_set() || arg.get_id() == "version"),
    );
    page.push_str("\n## The environment\n\n| variable | what |\n|---|---|\n");
    for (variable, what) in ENVIRONMENT {
        writeln!(page, "| `{variable}` | {what} |").unwrap();
    }
    page.push_str("\n## Exit codes\n\n| code | means |\n|---|---|\n");
    for exit in Exit::ALL {
        writeln!(page, "| {} | {} |", exit.code(), exit.meaning()).unwrap();
    }
    page.push_str(
        "\nThe same in every output format. When several are true, `plan` gives 3 before 5 before 2, and `apply` gives 3 \
         before\n130 before 5 before 4.\n",
    );
    page
}

#[test]
fn docs_commands_is_the_programs() {
    super::check("docs/commands.md", &page());
}

/// Every command and flag says what it does, and every command shows how it is used.
#[test]
fn nothing_goes_without_a_word() {
    fn walk(command: &Command) {
        assert!(command.get_about().is_some(), "{} says nothing", command.get_name());
        for arg in command.get_arguments() {
            assert!(arg.get_help().is_some(), "{} {} says nothing", command.get_name(), arg.get_id());
        }
        let shown = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let parent = command.get_subcommands().next().is_some() && command.get_name() != "wa-groups";
        assert!(
            parent || shown.starts_with("Examples:\n") || command.get_name() == "export",
            "{}",
            command.get_name()
        );
        command.get_subcommands().for_each(walk);
    }
    let mut program = Cli::command();
    program.build();
    program.get_subcommands().for_each(walk);
}

/// Examples can be typed: all of them are commands that the program knows.
#[test]
fn examples_are_right() {
    let page = page();
    let mut seen = 0;
    for line in page.split("```sh\n").skip(1).flat_map(|rest| rest.split("```").next().unwrap().lines()) {
        let typed =
            line.split(" > ").next().unwrap().split(" | ").next().unwrap().replace("\"Main Line\"", "Main");
        let typed = typed.replace("\"the dashboard shows no job\"", "because");
        assert!(Cli::command().try_get_matches_from(typed.split_whitespace()).is_ok(), "{line}");
        seen += 1;
    }
    assert!(seen > 30, "{seen}");
}

#[test]
fn the_environment_is_the_sources() {
    let named = regex::Regex::new(r#""((?:MOLTFLOW|CAMPAIGNCTL)_[A-Z_]+|GITHUB_ACTIONS|CI)""#).unwrap();
    let mut found = std::collections::BTreeSet::new();
    for file in walkdir::WalkDir::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")) {
        let file = file.unwrap().into_path();
        if file.extension().is_some_and(|e| e == "rs") && !file.to_string_lossy().contains("test") {
            let text = std::fs::read_to_string(file).unwrap();
            found.extend(named.captures_iter(&text).map(|m| m[1].to_owned()));
        }
    }
    let told: std::collections::BTreeSet<_> =
        ENVIRONMENT.iter().map(|(name, _)| (*name).to_owned()).filter(|name| name != "NO_COLOR").collect();
    assert_eq!(found, told);
}
