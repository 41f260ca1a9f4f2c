//! The command line: arguments in, text and an exit code out. All printing is here.

mod adopt;
mod apply;
mod args;
mod check;
mod compile;
mod connect;
mod drift;
mod emulator;
mod exclusions;
mod exit;
mod explain;
mod interrupt;
mod lsp;
mod new;
mod output;
mod plan;
mod progress;
mod query;
mod schema;
mod session;
mod tables;

use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use args::{Cli, Command};
use exit::Exit;
use output::Output;

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    // Someone else's provider in this process is as good: only rustls' default must be set.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let help = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            // A closed pipe is no reason to fail.
            let _ = error.print();
            return if help { Exit::Done } else { Exit::Usage }.into();
        }
    };
    let output = Output::new(cli.global.quiet);
    let exit = run(cli, &output);
    let printed = if output.is_lost() { Exit::Failed } else { Exit::Done };
    exit.and(printed).into()
}

fn run(cli: Cli, output: &Output) -> Exit {
    let Cli { global, command } = cli;
    match command {
        Command::Check(args) => check::run(&global, &args, output),
        Command::Compile(args) => compile::run(&global, &args, output),
        Command::Schema(args) => schema::run(&args, output),
        Command::Lsp(_) => lsp::run(&global, output),
        Command::Explain(args) => explain::run(&args, output),
        Command::Exclusions(args) => exclusions::run(&global, &args, output),
        Command::Query(args) => query::run(&global, &args, output),
        Command::New(args) => on_runtime(output, new::run(&global, args, output)),
        Command::Tables(args) => on_runtime(output, tables::run(&global, args, output)),
        Command::Plan(args) => on_runtime(output, plan::run(&global, &args, output)),
        Command::Adopt(args) => on_runtime(output, adopt::run(&global, &args, output)),
        Command::Drift(args) => on_runtime(output, drift::run(&global, args, output)),
        Command::Apply(args) => on_runtime(output, apply::run(&global, &args, output)),
        Command::Emulator(args) => on_runtime(output, emulator::run(&args.within(&global), output)),
    }
}

fn on_runtime(output: &Output, work: impl Future<Output = Exit>) -> Exit {
    match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(work),
        Err(error) => {
            output.error(&format!("no runtime: {error}"), None);
            Exit::Failed
        }
    }
}
