//! Pages that lead astray.

use bytes::Bytes;
use http::Uri;
use serde_json::{Value, json};
use url::Url;

use super::effect::Pages;

/// A page with another `nextLink`; `uri` is the request's, absolute. A body that is no page stays as it is.
pub(in crate::emulator) fn relinked(pages: &Pages, uri: &Uri, page: &Bytes) -> Bytes {
    let Ok(Value::Object(mut page)) = serde_json::from_slice::<Value>(page) else { return page.clone() };
    let own = uri.to_string();
    let link = match pages {
        Pages::Loop => own,
        Pages::Address(address) => address.clone(),
        _ => {
            let honest = page.get("nextLink").and_then(Value::as_str).map_or(own, str::to_owned);
            astray(pages, &honest).unwrap_or(honest)
        }
    };
    page.insert("nextLink".to_owned(), Value::String(link));
    Bytes::from(Value::Object(page).to_string())
}

/// The same link, but for one part of it.
fn astray(pages: &Pages, honest: &str) -> Option<String> {
    let mut link = Url::parse(honest).ok()?;
    match pages {
        Pages::Host => link.set_host(Some("management.attacker.example")).ok()?,
        Pages::Userinfo => {
            link.set_username("user").ok()?;
            link.set_password(Some("password")).ok()?;
        }
        Pages::Port => {
            let port = link.port_or_known_default()?;
            link.set_port(Some(if port == u16::MAX { port - 1 } else { port + 1 })).ok()?;
        }
        Pages::Scheme => {
            let port = link.port_or_known_default();
            link.set_scheme(if link.scheme() == "http" { "https" } else { "http" }).ok()?;
            link.set_port(port).ok()?;
        }
        Pages::Workspace => {
            let mut segments: Vec<&str> = link.path().split('/').collect();
            let at = segments.iter().position(|segment| segment.eq_ignore_ascii_case("workspaces"))?;
            *segments.get_mut(at + 1)? = "another-workspace";
            let path = segments.join("/");
            link.set_path(&path);
        }
        Pages::Loop | Pages::Address(_) => {}
    }
    Some(link.into())
}

/// An empty page that leads on to the one that was asked for. Its link has a parameter that nobody reads, so that no
/// client takes it for a loop.
pub(in crate::emulator) fn empty_page(uri: &Uri) -> Bytes {
    let link = format!("{uri}{}emptyPage=1", if uri.query().is_some() { '&' } else { '?' });
    Bytes::from(json!({"value": [], "nextLink": link}).to_string())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn one_part_of_the_link_is_wrong() {
        let uri: Uri = "http://127.0.0.1:8443/subscriptions/s/workspaces/law/x?api-version=1".parse().unwrap();
        for (pages, link) in [
            (Pages::Loop, "http://127.0.0.1:8443/subscriptions/s/workspaces/law/x?api-version=1"),
            (Pages::Host, "http://management.attacker.example:8443/subscriptions/s/workspaces/law/x?api-version=1"),
            (Pages::Scheme, "https://127.0.0.1:8443/subscriptions/s/workspaces/law/x?api-version=1"),
            (Pages::Userinfo, "http://user:password@127.0.0.1:8443/subscriptions/s/workspaces/law/x?api-version=1"),
            (Pages::Port, "http://127.0.0.1:8444/subscriptions/s/workspaces/law/x?api-version=1"),
            (Pages::Workspace, "http://127.0.0.1:8443/subscriptions/s/workspaces/another-workspace/x?api-version=1"),
            (Pages::Address("file:///etc/passwd".into()), "file:///etc/passwd"),
        ] {
            let page = relinked(&pages, &uri, &Bytes::from_static(b"{\"value\":[]}"));
            assert_eq!(serde_json::from_slice::<Value>(&page).unwrap(), json!({"value": [], "nextLink": link}));
        }
        let page = Bytes::from_static(b"{\"value\":[],\"nextLink\":\"https://a.example/workspaces/w?t=2\"}");
        let page: Value = serde_json::from_slice(&relinked(&Pages::Port, &uri, &page)).unwrap();
        assert_eq!(page["nextLink"], "https://a.example:444/workspaces/w?t=2");
    }
}
