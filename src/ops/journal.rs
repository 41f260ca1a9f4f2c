//! The journal of a run: a file of JSON lines, one for each request that left this machine or tried to.
//!
//! ```text
//! {"time", "workspace", "method", "resource", "status", "duration_ms", "correlation_id", "attempt", "error"}
//! ```
//!
//! The first line tells of the run itself. `status` and `correlation_id` are null where no answer came, `error` where one
//! did. `resource` is the path of the address. No token, no header and no body is in it.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use crate::arm::journal::{Entry, Journal};

/// A file that grows by a line for each request.
#[derive(Debug)]
pub struct JournalFile {
    file: Mutex<File>,
    failure: Mutex<Option<String>>,
}

impl JournalFile {
    /// Opens a file, new or at its end, and writes the first line: whoever gets it can rely on the disk so far.
    ///
    /// # Errors
    /// Whatever the system says, such as a full disk.
    pub fn open(path: &Path) -> std::io::Result<Self> {
        let file = OpenOptions::new().append(true).create(true).open(path)?;
        let journal = Self { file: Mutex::new(file), failure: Mutex::default() };
        journal.line(&json!({"time": now(), "tool": concat!("palisade ", env!("CARGO_PKG_VERSION")), "journal": 1}))?;
        Ok(journal)
    }

    /// Why lines are missing, if any are.
    pub fn failure(&self) -> Option<String> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn line(&self, value: &Value) -> std::io::Result<()> {
        // One call a line: a process that dies leaves whole lines.
        let line = format!("{value}\n");
        self.file.lock().unwrap_or_else(PoisonError::into_inner).write_all(line.as_bytes())
    }
}

impl Journal for JournalFile {
    fn note(&self, entry: &Entry) {
        let Entry { workspace, method, path, status, error, took, correlation_id, attempt } = entry;
        let line = self.line(&json!({
            "time": now(),
            "workspace": workspace,
            "method": method.as_str(),
            "resource": path,
            "status": status,
            "duration_ms": u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            "correlation_id": correlation_id,
            "attempt": attempt,
            "error": error,
        }));
        if let Err(why) = line {
            self.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(why.to_string());
        }
    }
}

fn now() -> String {
    jiff::Timestamp::now().to_string()
}
