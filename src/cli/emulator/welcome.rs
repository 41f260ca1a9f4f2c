//! What `palisade emulator` says at its start: where it is, and how to point Palisade, az and the SDKs at it.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;

/// What the text depends on.
pub(super) struct Welcome<'a> {
    pub(super) address: SocketAddr,
    /// The folder of the state, if it is kept.
    pub(super) state: Option<&'a Path>,
    pub(super) strict: bool,
    /// The file of the certificate authority and the port, where TLS is served.
    pub(super) tls: Option<(&'a Path, u16)>,
}

impl Welcome<'_> {
    /// The whole text. Its addresses and the authority's file are read by scripts.
    pub(super) fn text(&self) -> String {
        let address = self.address;
        let kept = self.state.map_or("in memory".to_owned(), |folder| format!("in {}", folder.display()));
        let tokens = if self.strict { "tokens are checked" } else { "any bearer token is taken" };
        let mut text = format!(
            "Emulating Azure at http://{address}, state {kept}. This is not Azure.\n\
             A workspace document reaches it with `endpoint: http://{address}`; {tokens}.\n"
        );
        let Some((ca, port)) = self.tls else {
            text.push_str("az and most SDKs refuse http: --tls-port N serves them.\n");
            return text;
        };
        let (origin, ca) = (format!("https://localhost:{port}"), ca.display());
        // Writing to a string can't fail.
        let _ = write!(
            text,
            "Over TLS at {origin}, certificate authority {ca}.\n\
             Palisade trusts it with PALISADE_CA_FILE, Python and az with SSL_CERT_FILE and REQUESTS_CA_BUNDLE, \
             Node with NODE_EXTRA_CA_CERTS.\n\
             \n\
             az:\n  \
               export REQUESTS_CA_BUNDLE='{ca}' AZURE_CORE_INSTANCE_DISCOVERY=false\n  \
               az cloud register --name palisade --endpoint-resource-manager {origin}\n  \
               az cloud set --name palisade\n  \
               az login --service-principal -u app -p any --tenant TENANT --subscription SUBSCRIPTION \
               --skip-subscription-discovery\n\
             SDKs: base URL and authority host {origin}, instance discovery off, scope \
             https://management.azure.com/.default; any tenant{known}, client id and secret.\n",
            known = if self.strict { " that was seeded" } else { "" },
        );
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn welcome(tls: Option<(&Path, u16)>, strict: bool) -> String {
        let address = SocketAddr::from(([127, 0, 0, 1], 8443));
        Welcome { address, state: Some(Path::new("kept")), strict, tls }.text()
    }

    #[test]
    fn every_way_in_is_told() {
        let text = welcome(Some((Path::new("/ca dir/ca.pem"), 8444)), false);
        for part in [
            "http://127.0.0.1:8443, state in kept. This is not Azure.",
            "any bearer token is taken",
            "certificate authority /ca dir/ca.pem.\n",
            "export REQUESTS_CA_BUNDLE='/ca dir/ca.pem'",
            "--endpoint-resource-manager https://localhost:8444\n",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let strict = welcome(Some((Path::new("ca.pem"), 1)), true);
        assert!(strict.contains("tokens are checked") && strict.contains("any tenant that was seeded"), "{strict}");
        let plain = welcome(None, false);
        assert!(plain.contains("--tls-port N") && !plain.contains("az login"), "{plain}");
    }
}
