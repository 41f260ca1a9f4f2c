//! A list of many pages, read to its end.

use std::collections::{HashMap, HashSet};

use bytes::Bytes;
use futures::future::BoxFuture;
use http::Method;
use serde_json::Value;
use url::Url;

use super::answer;
use super::error::{ArmError, raw_text};
use super::transport::{Request, Response, Transport};

/// Where reading a list stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageLimits {
    /// How many pages a list may have.
    pub pages: usize,
}

impl Default for PageLimits {
    fn default() -> Self {
        Self { pages: 1_000 }
    }
}

/// Reads a list's first page and every page that `nextLink` names.
///
/// The items come in the service's order. A resource that comes on two pages in the same version (a page moved
/// under us) is kept once, where it came first. Ids are compared without case.
///
/// A link is followed only if it has the first request's scheme, host and port and stays in its workspace.
///
/// # Errors
///
/// What [`answer::json`] says, and the kinds of [`ArmError`] that are about lists. There is no partial result:
/// a list that is cut short would look like deleted rules.
pub async fn list_all(transport: &dyn Transport, first: Request, limits: PageLimits) -> Result<Vec<Value>, ArmError> {
    list_pages(transport, first, limits, &AtOnce).await.map(|list| list.items)
}

/// What a list holds, and in how many pages it came: what is deleted or made between two of them may hide another
/// resource from the reader, where pages go on by position.
#[derive(Debug)]
pub struct List {
    pub items: Vec<Value>,
    pub pages: usize,
}

/// Whoever follows a list page by page.
pub trait Pace: Send + Sync {
    /// Awaited before the page with this number, from 0, is asked for.
    fn before(&self, page: usize) -> BoxFuture<'_, ()>;
    /// A page came; whether the whole list is good is not known yet.
    fn came(&self, items: &[Value]);
}

/// One page after the other, as fast as they come.
pub struct AtOnce;

impl Pace for AtOnce {
    fn before(&self, _: usize) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }

    fn came(&self, _: &[Value]) {}
}

/// As [`list_all`], at somebody's pace, with the number of pages.
///
/// # Errors
///
/// As [`list_all`].
pub async fn list_pages(
    transport: &dyn Transport,
    first: Request,
    limits: PageLimits,
    pace: &dyn Pace,
) -> Result<List, ArmError> {
    let origin = Origin::of(&first)?;
    let headers = first.headers().clone();
    let mut seen = HashSet::from([origin.first.to_string()]);
    let mut items = Items::default();
    let mut request = first;
    for pages in 1..=limits.pages {
        pace.before(pages - 1).await;
        let response = transport.send(request).await?;
        let page = Page::read(&response)?;
        pace.came(&page.items);
        for item in page.items {
            items.add(item)?;
        }
        let Some(link) = page.next else {
            return Ok(List { items: items.list, pages });
        };
        let url = origin.follow(&link)?;
        if !seen.insert(url.to_string()) {
            return Err(ArmError::Cycle { link: raw_text(link.as_bytes()) });
        }
        request = get(&url, &link)?;
        request.headers_mut().clone_from(&headers);
    }
    Err(ArmError::TooManyPages { limit: limits.pages })
}

fn get(url: &Url, link: &str) -> Result<Request, ArmError> {
    let mut request = Request::new(Bytes::new());
    *request.method_mut() = Method::GET;
    *request.uri_mut() = url.as_str().parse().map_err(|_| hostile(link, "it is not an address"))?;
    Ok(request)
}

/// One page: `{"value": […], "nextLink"?: "…"}`.
struct Page {
    items: Vec<Value>,
    next: Option<String>,
}

impl Page {
    fn read(response: &Response) -> Result<Self, ArmError> {
        let torn = |why: &str| ArmError::decode(why, response.body());
        let Value::Object(mut page) = answer::json(response)? else {
            return Err(torn("a list is an object"));
        };
        let Some(Value::Array(items)) = page.remove("value") else {
            return Err(torn("a list has an array `value`"));
        };
        if !items.iter().all(Value::is_object) {
            return Err(torn("a list's items are objects"));
        }
        let next = match page.remove("nextLink") {
            None | Some(Value::Null) => None,
            Some(Value::String(link)) if link.is_empty() => None,
            Some(Value::String(link)) => Some(link),
            Some(_) => return Err(torn("`nextLink` is text")),
        };
        Ok(Self { items, next })
    }
}

/// What was read so far, each resource once.
#[derive(Default)]
struct Items {
    list: Vec<Value>,
    places: HashMap<String, usize>,
}

impl Items {
    fn add(&mut self, item: Value) -> Result<(), ArmError> {
        if let Some(id) = item.get("id").and_then(Value::as_str) {
            let key = id.to_lowercase();
            if let Some(known) = self.places.get(&key).and_then(|place| self.list.get(*place)) {
                if !same_version(known, &item) {
                    return Err(ArmError::ChangedDuringRead { id: id.to_owned() });
                }
                return Ok(());
            }
            self.places.insert(key, self.list.len());
        }
        self.list.push(item);
        Ok(())
    }
}

/// By etag where there is one; metadata has none and is compared whole.
fn same_version(one: &Value, other: &Value) -> bool {
    match (one.get("etag"), other.get("etag")) {
        (Some(Value::String(one)), Some(Value::String(other))) => one == other,
        _ => one == other,
    }
}

/// What the links of a list may not leave.
struct Origin {
    first: Url,
    /// The beginning that every page's path has, decoded and in lower case.
    scope: String,
}

impl Origin {
    fn of(first: &Request) -> Result<Self, ArmError> {
        let text = first.uri().to_string();
        let first = Url::parse(&text).map_err(|_| hostile(&text, "the list has no absolute address"))?;
        let path = plain(first.path()).ok_or_else(|| hostile(&text, "its path is not plain"))?;
        let provider = "/providers/microsoft.securityinsights/";
        let scope = match path.find(provider) {
            Some(at) => path.get(..at + provider.len()).unwrap_or(&path).to_owned(),
            None => path,
        };
        Ok(Self { first, scope })
    }

    fn follow(&self, link: &str) -> Result<Url, ArmError> {
        let mut url = Url::parse(link).map_err(|_| hostile(link, "it is not an absolute address"))?;
        if url.scheme() != self.first.scheme()
            || url.host() != self.first.host()
            || url.port_or_known_default() != self.first.port_or_known_default()
        {
            return Err(hostile(link, "it leads to another server"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(hostile(link, "it names a user"));
        }
        if !plain(url.path()).is_some_and(|path| path.starts_with(&self.scope)) {
            return Err(hostile(link, "it leads out of the workspace"));
        }
        url.set_fragment(None);
        Ok(url)
    }
}

/// A path decoded and in lower case, or nothing if it hides a separator or a dot behind its encoding.
fn plain(path: &str) -> Option<String> {
    let lower = path.to_ascii_lowercase();
    if ["%2f", "%5c", "%2e", "%25", "\\"].iter().any(|hidden| lower.contains(hidden)) {
        return None;
    }
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((byte, tail)) = rest.split_first() {
        rest = tail;
        if *byte != b'%' {
            bytes.push(*byte);
            continue;
        }
        let (digits, tail) = tail.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
        rest = tail;
    }
    String::from_utf8(bytes).ok().map(|text| text.to_lowercase())
}

fn hostile(link: &str, why: &str) -> ArmError {
    ArmError::HostileNextLink { link: raw_text(link.as_bytes()), why: why.to_owned() }
}
