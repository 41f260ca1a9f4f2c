//! Where ARM is: the only place that a workspace's requests may go to.

use std::fmt;

use url::{Host, Url};

use super::cloud::Cloud;

/// The base address of an ARM, checked: scheme, host and port, and nothing else.
///
/// It comes from a [`Cloud`], or from text that names loopback or a host that the user trusts by name. It is
/// written without a trailing slash, as `https://management.azure.com` or `http://127.0.0.1:8080`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Endpoint {
    scheme: Scheme,
    host: String,
    port: u16,
    loopback: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Scheme {
    Http,
    Https,
}

impl Scheme {
    fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

/// Why an address may not be an endpoint. Nothing was resolved or opened to find out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// The text is no URL.
    #[error("`{text}` is not an address: {why}")]
    Malformed {
        /// What was written.
        text: String,
        /// What the URL parser says.
        why: String,
    },
    /// The scheme is neither http nor https.
    #[error("`{0}` has a scheme that is neither http nor https")]
    Scheme(String),
    /// A user name or a password: it makes a host look like another one.
    #[error("an endpoint has no user name and no password")]
    UserInfo,
    /// A path, a query or a fragment.
    #[error("`{0}` has more than a scheme, a host and a port")]
    MoreThanOrigin(String),
    /// The host is spelled so that it reads as another one (`0x7f.1`, tabs, backslashes).
    #[error("`{text}` is `{canonical}` in disguise: write that")]
    Disguised {
        /// What was written.
        text: String,
        /// What a browser makes of it.
        canonical: String,
    },
    /// The host is not loopback, and nobody trusts it by name.
    #[error("`{0}` is not on loopback: tokens go to Azure or stay here (--trust-endpoint {0} allows it)")]
    Foreign(String),
    /// A trusted host over http: the token could be read on the way.
    #[error("`{0}` would get its token over plain http: use https")]
    Plain(String),
}

impl Endpoint {
    /// The ARM of a cloud.
    pub fn cloud(cloud: Cloud) -> Self {
        Self {
            scheme: Scheme::Https,
            host: cloud.arm_host().to_owned(),
            port: Scheme::Https.default_port(),
            loopback: false,
        }
    }

    /// Reads an address that a workspace document names: loopback (127.0.0.0/8, `::1`, `localhost`) over http or
    /// https, or over https a host in `trusted_hosts` (`host` or `host:port`, from the command line alone).
    ///
    /// Pure: no name is resolved.
    ///
    /// # Errors
    ///
    /// Everything else, see [`EndpointError`].
    pub fn parse(text: &str, trusted_hosts: &[String]) -> Result<Self, EndpointError> {
        let url =
            Url::parse(text).map_err(|why| EndpointError::Malformed { text: text.to_owned(), why: why.to_string() })?;
        let scheme = match url.scheme() {
            "http" => Scheme::Http,
            "https" => Scheme::Https,
            _ => return Err(EndpointError::Scheme(text.to_owned())),
        };
        // A password must not be repeated in an error.
        if !url.username().is_empty() || url.password().is_some() || text.contains('@') {
            return Err(EndpointError::UserInfo);
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(EndpointError::MoreThanOrigin(text.to_owned()));
        }
        let Some(host) = url.host() else {
            return Err(EndpointError::Malformed { text: text.to_owned(), why: "no host".to_owned() });
        };
        let loopback = is_loopback(&host);
        let endpoint =
            Self { scheme, host: host.to_string(), port: url.port().unwrap_or(scheme.default_port()), loopback };
        endpoint.reads_as(text)?;
        if !loopback {
            let with_port = format!("{}:{}", endpoint.host, endpoint.port);
            if !trusted_hosts
                .iter()
                .any(|trusted| trusted.eq_ignore_ascii_case(&endpoint.host) || trusted.eq_ignore_ascii_case(&with_port))
            {
                return Err(EndpointError::Foreign(endpoint.host));
            }
            if scheme == Scheme::Http {
                return Err(EndpointError::Plain(endpoint.host));
            }
        }
        Ok(endpoint)
    }

    /// Whether this is this machine: then the fixed token `emulator` is sent and no credential is asked.
    pub fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// Whether traffic is encrypted.
    pub fn is_https(&self) -> bool {
        self.scheme == Scheme::Https
    }

    /// The host, an IPv6 address in brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether a request to this address stays within this endpoint: the same scheme, host and port, no user.
    pub fn holds(&self, uri: &http::Uri) -> bool {
        let Some(authority) = uri.authority() else {
            return false;
        };
        !authority.as_str().contains('@')
            && uri.scheme_str() == Some(self.scheme.name())
            && authority.host().eq_ignore_ascii_case(&self.host)
            && authority.port_u16().unwrap_or(self.scheme.default_port()) == self.port
    }

    /// The text must be what the parser made of it, but for case, a trailing slash and the default port.
    fn reads_as(&self, text: &str) -> Result<(), EndpointError> {
        let canonical = self.to_string();
        let written = text.strip_suffix('/').unwrap_or(text).to_ascii_lowercase();
        let with_port = format!("{}://{}:{}", self.scheme.name(), self.host, self.port);
        if written == canonical || written == with_port {
            return Ok(());
        }
        Err(EndpointError::Disguised { text: text.to_owned(), canonical })
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme.name(), self.host)?;
        if self.port != self.scheme.default_port() {
            write!(f, ":{}", self.port)?;
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_taken() {
        for (text, written) in [
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://127.0.0.1:80/", "http://127.0.0.1"),
            ("https://LocalHost:8443", "https://localhost:8443"),
            ("http://[::1]:9", "http://[::1]:9"),
            ("https://127.8.9.1", "https://127.8.9.1"),
        ] {
            let endpoint = Endpoint::parse(text, &[]).unwrap();
            assert!(endpoint.is_loopback(), "{text}");
            assert_eq!(endpoint.to_string(), written);
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "http://127.0.0.1.evil.example",
            "http://localhost.evil",
            "http://localhost.",
            "http://127.0.0.1@evil",
            "http://evil@127.0.0.1",
            "http://@127.0.0.1",
            "http://user:secret@127.0.0.1",
            "http://2130706433",
            "http://0x7f.1",
            "http://127.1",
            "http://0177.0.0.1",
            "http://3232235777",
            "http://[::ffff:127.0.0.1]",
            "http://[::2]",
            "http://0.0.0.0",
            "http://127.0.0.1\\@evil",
            "http:\\\\127.0.0.1",
            "http://127.0.0.1\t",
            " http://127.0.0.1",
            "http://１２７.0.0.1",
            "http:127.0.0.1",
            "http:///127.0.0.1",
            "http://127.0.0.1/path",
            "http://127.0.0.1?query",
            "http://127.0.0.1/#fragment",
            "ftp://127.0.0.1",
            "file:///etc/passwd",
            "127.0.0.1:8080",
            "//127.0.0.1",
            "",
            "https://management.azure.com",
            "https://management.azure.com.evil.example",
        ] {
            assert!(Endpoint::parse(text, &[]).is_err(), "{text} was taken");
        }
    }

    #[test]
    fn a_password_is_not_repeated() {
        let error = Endpoint::parse("http://user:canary@evil.example", &[]).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("canary"));
    }

    #[test]
    fn a_host_is_trusted_by_its_name_and_only_over_https() {
        let trusted = ["Arm.Contoso.Example".to_owned(), "other.example:8443".to_owned()];
        let endpoint = Endpoint::parse("https://arm.contoso.example", &trusted).unwrap();
        assert!(!endpoint.is_loopback());
        assert!(Endpoint::parse("https://other.example:8443", &trusted).is_ok());
        assert!(matches!(Endpoint::parse("https://other.example", &trusted), Err(EndpointError::Foreign(_))));
        assert!(matches!(Endpoint::parse("http://arm.contoso.example", &trusted), Err(EndpointError::Plain(_))));
        assert!(matches!(Endpoint::parse("https://x.arm.contoso.example", &trusted), Err(EndpointError::Foreign(_))));
    }

    #[test]
    fn an_endpoint_holds_its_own_origin_alone() {
        let endpoint = Endpoint::cloud(Cloud::Public);
        assert_eq!(endpoint.to_string(), "https://management.azure.com");
        for (uri, held) in [
            ("https://management.azure.com/x", true),
            ("https://MANAGEMENT.azure.com:443/x", true),
            ("http://management.azure.com/x", false),
            ("https://management.azure.com:444/x", false),
            ("https://management.azure.com.evil.example/x", false),
            ("https://user@management.azure.com/x", false),
            ("/x", false),
        ] {
            assert_eq!(endpoint.holds(&uri.parse().unwrap()), held, "{uri}");
        }
        let six = Endpoint::parse("http://[::1]:80", &[]).unwrap();
        assert!(six.holds(&"http://[::1]/x".parse().unwrap()));
    }
}
