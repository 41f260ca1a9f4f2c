//! Every verb as a pure function to a [`Request`].

mod incident;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, IF_MATCH, IF_NONE_MATCH};
use http::{HeaderValue, Method, Uri};
use serde_json::Value;

use super::endpoint::Endpoint;
use super::resource_type::{ApiVersions, ResourceType};
use super::scope::WorkspaceScope;
use super::segment::{self, SegmentError};
use super::transport::Request;

pub use incident::OfIncident;

/// The version of the list of tables.
const TABLES_VERSION: &str = "2022-10-01";

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Builds the requests of one workspace. It holds no connection and no credential.
///
/// ```text
/// {endpoint}{workspace id}/providers/Microsoft.SecurityInsights/{type}[/{name}]?api-version={version}
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestBuilder {
    /// Where the requests go.
    pub endpoint: Endpoint,
    /// The workspace that they are about.
    pub scope: WorkspaceScope,
    /// The api-version of each type.
    pub versions: ApiVersions,
}

/// Why a request can't be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The resource's name has no place in a path.
    #[error(transparent)]
    Name(#[from] SegmentError),
    /// The etag can't be a header's value.
    #[error("the etag {0:?} can't be sent in a header")]
    Etag(String),
    /// The address is not a URI; with checked parts it does not happen.
    #[error("the address can't be written: {0}")]
    Address(String),
    /// The body can't be written as JSON.
    #[error("the body can't be written: {0}")]
    Body(String),
}

impl RequestBuilder {
    /// Requests with the default api-versions.
    pub fn new(endpoint: Endpoint, scope: WorkspaceScope) -> Self {
        Self { endpoint, scope, versions: ApiVersions::default() }
    }

    /// `GET` of all resources of a type: the first page, which [`list_all`](super::pages::list_all) follows.
    ///
    /// # Errors
    ///
    /// See [`RequestError`].
    pub fn list(&self, resource: ResourceType) -> Result<Request, RequestError> {
        self.request(Method::GET, resource, None)
    }

    /// `GET` of one resource.
    ///
    /// # Errors
    ///
    /// The name has no place in a path.
    pub fn get(&self, resource: ResourceType, name: &str) -> Result<Request, RequestError> {
        self.request(Method::GET, resource, Some(name))
    }

    /// `PUT` of one resource: creates it, or replaces it whole.
    ///
    /// `if_match` is the etag as the service wrote it, quotes included (`"61004e36-…"`). It goes out as
    /// `If-Match`; the caller puts it in the body as well, since clients' recordings show it honoured there.
    ///
    /// # Errors
    ///
    /// The name has no place in a path, or the etag none in a header.
    pub fn put(
        &self,
        resource: ResourceType,
        name: &str,
        body: &Value,
        if_match: Option<&str>,
    ) -> Result<Request, RequestError> {
        let mut request = self.request(Method::PUT, resource, Some(name))?;
        let bytes = serde_json::to_vec(body).map_err(|why| RequestError::Body(why.to_string()))?;
        *request.body_mut() = Bytes::from(bytes);
        request.headers_mut().insert(CONTENT_TYPE, JSON);
        set_if_match(&mut request, if_match)?;
        Ok(request)
    }

    /// `PUT` of one resource that must not be there yet: `If-None-Match: *` (RFC 9110). Nobody has verified that the
    /// service heeds it; an answer of 200 in place of 201 tells that something was there.
    ///
    /// # Errors
    ///
    /// The name has no place in a path.
    pub fn put_new(&self, resource: ResourceType, name: &str, body: &Value) -> Result<Request, RequestError> {
        let mut request = self.put(resource, name, body, None)?;
        request.headers_mut().insert(IF_NONE_MATCH, HeaderValue::from_static("*"));
        Ok(request)
    }

    /// `DELETE` of one resource, of that version alone where `if_match` is given.
    ///
    /// Deleted answers 200 with `{}`, absent 204.
    ///
    /// # Errors
    ///
    /// The name has no place in a path, or the etag none in a header.
    pub fn delete(&self, resource: ResourceType, name: &str, if_match: Option<&str>) -> Result<Request, RequestError> {
        let mut request = self.request(Method::DELETE, resource, Some(name))?;
        set_if_match(&mut request, if_match)?;
        Ok(request)
    }

    /// `GET` of the items of a watchlist: the first page.
    ///
    /// # Errors
    ///
    /// The alias has no place in a path.
    pub fn watchlist_items(&self, alias: &str) -> Result<Request, RequestError> {
        let lists = ResourceType::Watchlists;
        self.get_at(format!(
            "{}{}/providers/Microsoft.SecurityInsights/{lists}/{}/watchlistItems?api-version={}",
            self.endpoint,
            self.scope.url_path()?,
            segment::encode(alias)?,
            self.versions.of(lists)
        ))
    }

    /// `GET` of the workspace's tables with their columns (Microsoft.OperationalInsights, swagger of 2022-10-01).
    ///
    /// # Errors
    ///
    /// See [`RequestError`].
    pub fn tables(&self) -> Result<Request, RequestError> {
        self.get_at(format!("{}{}/tables?api-version={TABLES_VERSION}", self.endpoint, self.scope.url_path()?))
    }

    fn get_at(&self, address: String) -> Result<Request, RequestError> {
        let uri: Uri = address.parse().map_err(|why: http::uri::InvalidUri| RequestError::Address(why.to_string()))?;
        let mut request = Request::new(Bytes::new());
        *request.uri_mut() = uri;
        request.headers_mut().insert(ACCEPT, JSON);
        Ok(request)
    }

    fn request(&self, method: Method, resource: ResourceType, name: Option<&str>) -> Result<Request, RequestError> {
        let mut address =
            format!("{}{}/providers/Microsoft.SecurityInsights/{resource}", self.endpoint, self.scope.url_path()?);
        if let Some(name) = name {
            address.push('/');
            address.push_str(&segment::encode(name)?);
        }
        address.push_str("?api-version=");
        address.push_str(self.versions.of(resource));
        let mut request = self.get_at(address)?;
        *request.method_mut() = method;
        Ok(request)
    }
}

fn set_if_match(request: &mut Request, etag: Option<&str>) -> Result<(), RequestError> {
    let Some(etag) = etag else { return Ok(()) };
    let value = HeaderValue::from_str(etag).map_err(|_| RequestError::Etag(etag.to_owned()))?;
    request.headers_mut().insert(IF_MATCH, value);
    Ok(())
}
