//! What can be typed, and what cannot.

use clap::{CommandFactory, Parser};

use super::*;

fn parse(line: &str) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(std::iter::once("campaignctl").chain(line.split_whitespace()))
}

#[test]
fn the_definition_holds_together() {
    Cli::command().debug_assert();
}

#[test]
fn global_flags_go_before_or_after_the_command() {
    for line in ["--sandbox plan x", "plan --sandbox x", "plan x --sandbox"] {
        let cli = parse(line).unwrap();
        assert!(cli.global.sandbox, "{line}");
        assert!(matches!(cli.command, Some(Command::Plan(args)) if args.path.ends_with("x")), "{line}");
    }
    let cli = parse("ledger show -vv --ledger a.jsonl --var A=1 --var B=2").unwrap();
    assert_eq!(cli.global.verbose, 2);
    assert_eq!(cli.global.var, ["A=1", "B=2"]);
}

#[test]
fn addresses_are_checked_and_may_be_listed() {
    let cli = parse("plan --only send.a,group.b --only schedule.c").unwrap();
    let Some(Command::Plan(args)) = cli.command else { panic!("not a plan") };
    assert_eq!(args.run.options().only.len(), 3);
    assert!(parse("plan --only vip").unwrap_err().to_string().contains("is no address"));
}

#[test]
fn half_an_answer_is_a_mistake() {
    for line in [
        "resolve send.a",
        "resolve send.a --not-sent",
        "resolve send.a --job x --not-sent --reason y",
        "adopt send.a --job x --new",
        "adopt group.a --id x --run 2",
        "pause",
        "pause --all send.a",
        "cancel send.a --account",
        "apply --parallelism 0",
        "plan -q -v",
        "sandbox serve --speed -1",
        "sandbox serve --plan gold",
        "plan --format yaml",
        "frobnicate",
    ] {
        assert!(parse(line).is_err(), "{line}");
    }
    assert!(parse("resolve send.a --not-sent --reason looked").is_ok());
    assert!(parse("adopt send.a --new --run 2 --project x").is_ok());
}

#[test]
fn no_credential_can_be_an_argument() {
    for command in [Cli::command(), Cli::command().find_subcommand("apply").unwrap().clone()] {
        for arg in command.get_arguments() {
            let name = arg.get_long().unwrap_or_default();
            assert!(!["api-key", "token", "key"].contains(&name), "{name}");
        }
    }
}
