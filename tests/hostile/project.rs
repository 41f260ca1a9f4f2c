//! A folder for one hostile project, and the program run on it within limits.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read, Seek};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long the release build may take for one project; without optimisation it may take four times as long.
const WALL: Duration = Duration::from_secs(1);
/// Address space of the process: what is resident is less. macOS does not enforce it.
const MEMORY_KIB: u64 = 200 * 1024;

/// A project in a temporary folder.
pub(crate) struct Project {
    folder: TempDir,
    wall: Duration,
}

/// How `check` ended.
pub(crate) struct Verdict {
    pub(crate) exit: i32,
    /// Standard output.
    pub(crate) text: String,
}

impl Project {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), wall: WALL }
    }

    /// A project of one file named x.yaml.
    pub(crate) fn of(text: impl AsRef<[u8]>) -> Self {
        let project = Self::new();
        fs::write(project.path("x.yaml"), text).unwrap();
        project
    }

    /// With another limit on time than one second.
    pub(crate) fn within(mut self, wall: Duration) -> Self {
        self.wall = wall;
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs `check` in both formats. Both end within the limits, agree, and change nothing.
    #[track_caller]
    pub(crate) fn check(&self) -> Verdict {
        let before = listing(self.folder.path());
        let json = self.run(&["check", "--format", "json"]);
        let human = self.run(&["check"]);
        assert_eq!(json.exit, human.exit, "{}\n{}", json.text, human.text);
        assert!(serde_json::from_str::<serde_json::Value>(&json.text).is_ok(), "{}", json.text);
        assert!(before == listing(self.folder.path()), "check changed the project");
        human
    }

    /// `check` refuses the project with this code and names this file.
    #[track_caller]
    pub(crate) fn refused(&self, code: &str, file: &str) {
        let verdict = self.check();
        assert_eq!(verdict.exit, 3, "{}", verdict.text);
        assert!(verdict.text.contains(&format!("error[{code}]")), "{}", verdict.text);
        assert!(verdict.text.contains(&format!("--> {file}:")), "{}", verdict.text);
    }

    /// `check` has nothing against the project.
    #[track_caller]
    pub(crate) fn accepted(&self) {
        let verdict = self.check();
        assert_eq!(verdict.exit, 0, "{}", verdict.text);
    }

    #[track_caller]
    fn run(&self, arguments: &[&str]) -> Verdict {
        let limit = if cfg!(debug_assertions) { self.wall * 4 } else { self.wall };
        let (output, took) = limited(self.folder.path(), arguments, limit);
        let errors = String::from_utf8_lossy(&output.stderr);
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.signal(), None, "ended by a signal after {took:?} of {limit:?}: {errors}");
        assert!(!errors.contains("panicked"), "{errors}");
        assert!(took <= limit, "took {took:?} of {limit:?}");
        Verdict { exit: output.status.code().unwrap(), text }
    }
}

/// Runs the program under a limit of memory, and kills it when its time is over.
fn limited(folder: &Path, arguments: &[&str], limit: Duration) -> (Output, Duration) {
    let script = format!("ulimit -v {MEMORY_KIB} 2>/dev/null; exec \"$0\" \"$@\"");
    let mut command = Command::new("sh");
    command.args(["-c", &script, env!("CARGO_BIN_EXE_palisade"), "-C"]).arg(folder).args(arguments);
    // Through files: a program that waits for a full pipe is not late.
    let (mut out, mut errors) = (tempfile::tempfile().unwrap(), tempfile::tempfile().unwrap());
    command.stdin(Stdio::null()).stdout(out.try_clone().unwrap()).stderr(errors.try_clone().unwrap());
    let started = Instant::now();
    let mut child = command.spawn().unwrap();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if started.elapsed() > limit {
            child.kill().unwrap();
            break child.wait().unwrap();
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let took = started.elapsed();
    (Output { status, stdout: whole(&mut out), stderr: whole(&mut errors) }, took)
}

fn whole(file: &mut File) -> Vec<u8> {
    let mut bytes = Vec::new();
    file.rewind().unwrap();
    file.read_to_end(&mut bytes).unwrap();
    bytes
}

/// Every entry with what a write would change: length, times, target of a link. Nothing is opened.
fn listing(folder: &Path) -> BTreeMap<PathBuf, (u32, u64, i64, i64, Option<PathBuf>)> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let of = path.symlink_metadata().unwrap();
            if of.is_dir() {
                folders.push(path.clone());
            }
            let target = fs::read_link(&path).ok();
            found.insert(path, (of.mode(), of.size(), of.mtime(), of.mtime_nsec(), target));
        }
    }
    found
}
