//! Reading a file that nobody vouches for: only plain ones, and no more of them than a document may have.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::diagnostic::Code;
pub(super) use crate::rule::yaml::MAX_BYTES as LIMIT;

/// Why a file could not be taken.
pub struct Fault {
    pub code: Code,
    pub message: String,
    pub help: &'static str,
}

impl Fault {
    /// The system says why.
    pub(super) fn unreadable(why: &std::io::Error) -> Self {
        Self {
            code: Code::FileUnreadable,
            message: format!("can't be read: {why}"),
            help: "make it readable, or exclude it in palisade.yaml",
        }
    }

    /// A FIFO or a device would hang or never end.
    pub(super) fn not_plain() -> Self {
        Self { code: Code::FileUnreadable, message: "not a plain file".to_owned(), help: "exclude it in palisade.yaml" }
    }

    /// A link that the project may not follow.
    pub(super) fn link(message: impl Into<String>) -> Self {
        Self {
            code: Code::LinkOutside,
            message: message.into(),
            help: "copy what it points at into the project, or exclude the link in palisade.yaml",
        }
    }

    /// There is something, and its content is not here.
    pub(super) fn missing(why: impl Into<String>) -> Self {
        Self {
            code: Code::FileUnreadable,
            message: why.into(),
            help: "make it readable, or exclude it in palisade.yaml",
        }
    }

    /// It has more than [`LIMIT`] bytes.
    pub(super) fn too_large() -> Self {
        Self {
            code: Code::FileTooLarge,
            message: format!("larger than {} KiB", LIMIT / 1024),
            help: "no document needs that: exclude it in palisade.yaml, or split it",
        }
    }
}

/// Reads a file of at most [`LIMIT`]. The caller knows that opening it does not hang: it is no FIFO.
pub(super) fn bytes(path: &Path) -> Result<Vec<u8>, Fault> {
    let file = File::open(path).map_err(|why| Fault::unreadable(&why))?;
    let metadata = file.metadata().map_err(|why| Fault::unreadable(&why))?;
    if !metadata.is_file() {
        return Err(Fault::not_plain());
    }
    if metadata.len() > LIMIT {
        return Err(Fault::too_large());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default() + 1);
    // It may have grown since.
    file.take(LIMIT + 1).read_to_end(&mut bytes).map_err(|why| Fault::unreadable(&why))?;
    if bytes.len() as u64 > LIMIT { Err(Fault::too_large()) } else { Ok(bytes) }
}

/// Reads a file of at most [`LIMIT`] as UTF-8, without its byte order mark.
pub(super) fn text(path: &Path) -> Result<String, Fault> {
    decode(bytes(path)?)
}

/// Bytes as UTF-8, without a byte order mark.
pub(super) fn decode(bytes: Vec<u8>) -> Result<String, Fault> {
    let mut text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = 1 + error.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count();
        Fault {
            code: Code::FileNotText,
            message: format!("not UTF-8: line {line} holds bytes of another encoding"),
            help: "save it as UTF-8",
        }
    })?;
    if text.starts_with('\u{feff}') {
        text.remove(0);
    }
    Ok(text)
}
