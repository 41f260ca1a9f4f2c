//! The steps of a case.
//!
//! | step | does |
//! |---|---|
//! | `palisade ARGS…` | runs the program |
//! | `emulator [--page N] [--etag ignore] [--limits off] [--seed FILE]` | starts an emulator; from here on `$EMULATOR` is its URL, in files too |
//! | `put FILE WORKSPACE/RULE` | writes a live rule, as somebody does in the portal |
//! | `amend WORKSPACE/RULE FROM TO` | replaces text in a live rule's JSON, as somebody does in the portal |
//! | | in each of them, `WORKSPACE/TYPE/NAME` names a resource of another type |
//! | `show WORKSPACE/RULE /pointer` | prints a part of a live rule |
//! | `delete WORKSPACE/RULE` | deletes a live rule |
//! | `clock 2099-12-06T00:00:00Z` | the emulator's clock is put forward to then |
//! | `fault 'PUT alertRules/* nth=1 status=400'` | requests meet it from here on: see docs/faults.md |
//! | `edit FILE FROM TO` | replaces text in a file; it must be there |
//! | `git ARGS…` | runs git in the project, always as the same person at the same time |
//! | `move FROM TO`, `link TARGET PATH`, `folder PATH` | a file moved, a symbolic link, a new folder |
//!
//! Words are split as a shell does, with `'`, `"` and `\`; nothing is expanded but `$EMULATOR` and `$SHA256(FILE)`.
//! Lines that begin with `#` are comments. A step that can't be done fails the case.

use std::fs;
use std::path::Path;

use crate::portal::Portal;
use crate::program::palisade;
use crate::scrub::{progress, scrub};

/// What a case's steps printed and sent.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) exit: String,
    /// What reached the emulator.
    pub(crate) requests: String,
}

pub(crate) fn run(steps: &str, root: &Path) -> Result<Seen, String> {
    let mut script = Script { root, portal: None, seen: Seen::default() };
    for line in steps.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        script.step(line).map_err(|why| format!("`{line}`: {why}"))?;
    }
    Ok(script.seen)
}

struct Script<'a> {
    root: &'a Path,
    portal: Option<Portal>,
    seen: Seen,
}

impl Script<'_> {
    fn step(&mut self, line: &str) -> Result<(), String> {
        let words: Vec<String> = words(line)?.into_iter().map(|word| self.expand(&word)).collect::<Result<_, _>>()?;
        let (step, args) = words.split_first().ok_or("empty")?;
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        match (step.as_str(), args.as_slice()) {
            ("palisade", _) => self.program(line, &words[1..]),
            ("emulator", flags) => {
                let portal = Portal::open(flags, self.root)?;
                for path in crate::tree::files(self.root) {
                    replace(&self.root.join(path), "$EMULATOR", portal.url());
                }
                self.portal = Some(portal);
            }
            ("put", [file, rule]) => {
                let body = fs::read(self.root.join(file)).map_err(|error| error.to_string())?;
                self.portal()?.put(rule, body)?;
            }
            ("amend", [rule, from, to]) => self.portal()?.amend(rule, from, to)?,
            ("clock", [to]) => self.portal()?.clock(to)?,
            ("fault", [words]) => self.portal()?.fault(words)?,
            ("delete", [rule]) => self.portal()?.delete(rule)?,
            ("show", [rule, pointer]) => {
                let text = self.portal()?.show(rule, pointer)?;
                section(&mut self.seen.stdout, line, &scrub(&text, self.root));
            }
            ("edit", [file, from, to]) => {
                if !replace(&self.root.join(file), from, to) {
                    return Err(format!("{file} does not hold it"));
                }
            }
            ("git", args) => git(args, self.root)?,
            ("move", [from, to]) => {
                fs::rename(self.root.join(from), self.root.join(to)).map_err(|error| error.to_string())?;
            }
            ("folder", [path]) => fs::create_dir_all(self.root.join(path)).map_err(|error| error.to_string())?,
            ("link", [target, path]) => link(target, &self.root.join(path)).map_err(|error| error.to_string())?,
            _ => return Err("no such step".to_owned()),
        }
        Ok(())
    }

    fn program(&mut self, line: &str, args: &[String]) {
        let output = palisade(args, self.root);
        let text = |bytes: &[u8]| scrub(&String::from_utf8_lossy(bytes), self.root);
        section(&mut self.seen.stdout, line, &text(&output.stdout));
        section(&mut self.seen.stderr, line, &progress(&text(&output.stderr)));
        let code = output.status.code().map_or("killed".to_owned(), |code| code.to_string());
        self.seen.exit.push_str(&format!("{code}\n"));
        if let Some(portal) = &mut self.portal {
            section(&mut self.seen.requests, line, &portal.requests());
        }
    }

    fn portal(&mut self) -> Result<&mut Portal, String> {
        self.portal.as_mut().ok_or_else(|| "no step started an emulator".to_owned())
    }

    fn expand(&self, word: &str) -> Result<String, String> {
        let word = self.portal.as_ref().map_or(word.to_owned(), |portal| word.replace("$EMULATOR", portal.url()));
        let Some((before, rest)) = word.split_once("$SHA256(") else { return Ok(word) };
        let (file, after) = rest.split_once(')').ok_or("$SHA256( is not closed")?;
        let bytes = fs::read(self.root.join(file)).map_err(|error| error.to_string())?;
        Ok(format!("{before}{}{after}", palisade::plan::file::sha256(&bytes)))
    }
}

/// Adds what a step printed, under the step itself; nothing where it printed nothing.
fn section(all: &mut String, line: &str, text: &str) {
    if !text.is_empty() {
        let gap = if all.is_empty() { "" } else { "\n" };
        let end = if text.ends_with('\n') { "" } else { "\n" };
        all.push_str(&format!("{gap}$ {line}\n{text}{end}"));
    }
}

/// Replaces text in a file, byte for byte. False if it is not there.
fn replace(path: &Path, from: &str, to: &str) -> bool {
    let Ok(text) = fs::read_to_string(path) else { return false };
    let found = text.contains(from);
    if found {
        fs::write(path, text.replace(from, to)).unwrap();
    }
    found
}

fn git(args: &[&str], root: &Path) -> Result<(), String> {
    let mut command = std::process::Command::new("git");
    for who in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{who}_NAME"), "Somebody").env(format!("GIT_{who}_EMAIL"), "somebody@contoso.example");
        command.env(format!("GIT_{who}_DATE"), "2026-11-01T08:00:00Z");
    }
    for config in ["GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"] {
        command.env(config, root.join("no-such-file"));
    }
    let output = command.arg("-C").arg(root).args(["-c", "init.defaultBranch=main"]).args(args).output();
    let output = output.map_err(|error| error.to_string())?;
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

#[cfg(unix)]
fn link(target: &str, path: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(target, path)
}

#[cfg(windows)]
fn link(target: &str, path: &Path) -> std::io::Result<()> {
    let folder = path.parent().is_some_and(|parent| parent.join(target).is_dir());
    if folder {
        std::os::windows::fs::symlink_dir(target, path)
    } else {
        std::os::windows::fs::symlink_file(target, path)
    }
}

/// Splits a line as a shell does.
fn words(line: &str) -> Result<Vec<String>, String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (Some(open), c) if open == c => quote = None,
            (None | Some('"'), '\\') => word.get_or_insert_default().extend(chars.next()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    if quote.is_some() { Err("a quote is not closed".to_owned()) } else { Ok(words) }
}

#[test]
fn words_are_split_as_a_shell_does() {
    assert_eq!(words(r#"a  'b c' "d \" e" f\ g '' h'i'"#).unwrap(), ["a", "b c", "d \" e", "f g", "", "hi"]);
    assert!(words("a 'b").is_err());
}
