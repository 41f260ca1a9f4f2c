//! The address that a request was sent to: scheme, host and port. What the emulator says of itself points there.

use http::Uri;

/// `https://localhost:8444`; Azure's own address for a request that names no host.
pub(super) fn origin(uri: &Uri) -> String {
    let scheme = uri.scheme_str().unwrap_or("https");
    let authority = uri.authority().map_or("management.azure.com", |authority| authority.as_str());
    format!("{scheme}://{authority}")
}
