//! The built program in an environment of its own.

use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Runs `palisade` in a folder. Nothing of this machine's settings, credentials or terminal reaches it.
pub(crate) fn palisade(args: &[String], folder: &Path) -> Output {
    let home = folder.parent().unwrap();
    Command::new(env!("CARGO_BIN_EXE_palisade"))
        .args(args)
        .current_dir(folder)
        .env_clear()
        // git is asked for the commit; Windows needs SYSTEMROOT for sockets.
        .envs(["PATH", "SYSTEMROOT"].into_iter().filter_map(|key| Some((key, std::env::var_os(key)?))))
        .envs([("HOME", home), ("USERPROFILE", home), ("GIT_CEILING_DIRECTORIES", home)])
        .envs([("NO_COLOR", "1"), ("TERM", "xterm"), ("COLUMNS", "100"), ("LC_ALL", "C"), ("TZ", "UTC")])
        .stdin(Stdio::null())
        .output()
        .unwrap()
}
