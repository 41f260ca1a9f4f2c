//! Files that are written whole or not at all.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

/// Writes a file: to one beside it first, which then takes its name. Permissions of a file that was there are kept.
///
/// # Errors
/// Whatever the system says, such as a full disk. Nothing half-written stays.
pub(super) fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let draft = folder.join(format!(".{name}.{}.tmp", std::process::id()));
    if path.exists() && !path.is_file() {
        // A device or a pipe can't be renamed over.
        let mut device = OpenOptions::new().write(true).open(path)?;
        device.write_all(bytes)?;
        return device.flush();
    }
    let written = OpenOptions::new().write(true).create_new(true).open(&draft).and_then(|mut out| {
        if let Ok(metadata) = path.metadata() {
            out.set_permissions(metadata.permissions())?;
        }
        out.write_all(bytes)?;
        out.sync_all()
    });
    written.and_then(|()| std::fs::rename(&draft, path)).inspect_err(|_| {
        let _ = std::fs::remove_file(&draft);
    })
}
