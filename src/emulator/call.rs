//! What a request asks for: the way from HTTP to reads and writes.

use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method, StatusCode, Uri};
use jiff::Timestamp;
use serde_json::json;

use super::alert_rules::{self, Address, Decision};
use super::answer::{Answer, ArmError};
use super::draft::Draft;
use super::edited::Edited;
use super::etag::Conditions;
use super::inventory::Inventory;
use super::location::{Location, Resource, WorkspaceName, api_version};
use super::options::Options;
use super::principal::Principal;
use super::resources::{self, Act, Place};
use super::route::not_allowed;
use super::seed::{self, Seed, Seeded};
use super::state::{Change, State};
use super::types::{Members, Post};
use super::version::Version;
use crate::arm::transport::Request;

/// The largest body that is taken, in bytes: Resource Manager's own limit of 4 MB.
pub(super) const LARGEST_BODY: usize = 4 * 1024 * 1024;

/// A request that was understood.
#[derive(Debug)]
pub(super) enum Call {
    Read(Read),
    Write(Box<Write>),
}

/// A call that changes nothing.
#[derive(Debug)]
pub(super) enum Read {
    List(WorkspaceName),
    Get(Address),
    Stored(Place),
    /// A POST that asks for a list.
    Posted(Place),
}

/// A call that may change the state, whole in itself.
#[derive(Debug)]
pub(super) enum Write {
    Put {
        address: Address,
        draft: Draft,
        asked: Asked,
    },
    Delete {
        address: Address,
        asked: Asked,
    },
    PutStored {
        place: Place,
        body: Members,
        asked: Asked,
    },
    PatchStored {
        place: Place,
        body: Members,
        asked: Asked,
    },
    DeleteStored {
        place: Place,
        asked: Asked,
    },
    Post {
        place: Place,
        body: Members,
        asked: Asked,
    },
    /// Makes a workspace exist.
    Begin(WorkspaceName),
    Seed(Seed),
    /// By somebody else.
    Edit(Edited),
}

/// What a write says beside its path and body.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) conditions: Conditions,
    pub(super) version: Version,
    /// The request's own address, absolute: links in answers keep its scheme and authority.
    pub(super) uri: Uri,
}

impl Asked {
    fn of(request: &Request) -> Self {
        let uri = request.uri().clone();
        Self { conditions: Conditions::of(request.headers()), version: Version::of(&uri), uri }
    }
}

impl Call {
    /// Reads a request to a location that was found in its path.
    ///
    /// # Errors
    ///
    /// The 400, 404, 405 or 413 that says what is wrong with the request itself.
    pub(super) fn of(request: &Request, location: Location, options: &Options) -> Result<Self, ArmError> {
        let version = api_version(request.uri())?;
        let Location { workspace, resource } = location;
        let not_allowed = || Err(not_allowed(request.method()));
        let name = match resource {
            Resource::AlertRules if request.method() == Method::GET => {
                return Ok(Self::Read(Read::List(workspace)));
            }
            Resource::AlertRules => return not_allowed(),
            Resource::AlertRule(name) => name,
            Resource::Stored { of, parents, name } => {
                return Self::of_stored(request, Place { workspace, of, parents, name });
            }
            Resource::Other(kind) => {
                let message = format!(
                    "The resource type '{kind}' could not be found in the namespace 'Microsoft.SecurityInsights' \
                     for api version '{version}'."
                );
                return Err(ArmError::new(StatusCode::NOT_FOUND, "InvalidResourceType", message));
            }
        };
        let address = Address { workspace, name };
        let asked = Asked::of(request);
        match *request.method() {
            Method::GET => Ok(Self::Read(Read::Get(address))),
            Method::DELETE => Ok(Self::Write(Box::new(Write::Delete { address, asked }))),
            Method::PUT => {
                check_json(request.headers())?;
                let draft = Draft::read(request.body(), options)?;
                Ok(Self::Write(Box::new(Write::Put { address, draft, asked })))
            }
            _ => not_allowed(),
        }
    }
}

impl Call {
    /// Reads a request to a resource of one of the other types.
    fn of_stored(request: &Request, place: Place) -> Result<Self, ArmError> {
        let asked = Asked::of(request);
        let body = || -> Result<Members, ArmError> {
            check_json(request.headers())?;
            if request.body().is_empty() && request.method() == Method::POST {
                return Ok(Members::new());
            }
            let invalid = |why| ArmError::bad_request(format!("The request content is invalid: {why}"));
            serde_json::from_slice(request.body()).map_err(invalid)
        };
        Ok(match (request.method(), &place.name, place.of.post) {
            (&Method::POST, None, Some(Post::Read(_))) => Self::Read(Read::Posted(place)),
            (&Method::POST, None, Some(Post::Write(_))) => {
                Self::Write(Box::new(Write::Post { place, body: body()?, asked }))
            }
            (method, _, Some(_)) => return Err(not_allowed(method)),
            (&Method::GET, _, None) => Self::Read(Read::Stored(place)),
            (&Method::PUT, Some(_), None) => Self::Write(Box::new(Write::PutStored { place, body: body()?, asked })),
            (&Method::PATCH, Some(_), None) => {
                Self::Write(Box::new(Write::PatchStored { place, body: body()?, asked }))
            }
            (&Method::DELETE, Some(_), None) => Self::Write(Box::new(Write::DeleteStored { place, asked })),
            (method, _, None) => return Err(not_allowed(method)),
        })
    }
}

impl Read {
    /// Answers from a state; `uri` is the request's, absolute.
    pub(super) fn answer(
        &self,
        state: &State,
        uri: &Uri,
        now: Timestamp,
        options: &Options,
    ) -> Result<Answer, ArmError> {
        match self {
            Self::List(workspace) => {
                check_workspace(state, workspace, options)?;
                alert_rules::list(state, workspace, uri, options.page)
            }
            Self::Stored(place) => {
                check_workspace(state, &place.workspace, options)?;
                match place.name {
                    Some(_) => resources::get(state, place, uri, now),
                    None => resources::list(state, place, uri, now, options),
                }
            }
            Self::Posted(place) => {
                check_workspace(state, &place.workspace, options)?;
                resources::post_read(state, place, uri, now)
            }
            Self::Get(address) => {
                check_workspace(state, &address.workspace, options)?;
                alert_rules::get(state, address, uri)
            }
        }
    }
}

impl Write {
    /// Decides what the write of a principal does to a state at the moment `now`.
    pub(super) fn decide(&self, state: &State, by: &Principal, now: Timestamp, options: &Options) -> Decision {
        match self {
            Self::Put { address, draft, asked } => {
                check_workspace(state, &address.workspace, options)?;
                alert_rules::put(state, address, draft, asked, now, options)
            }
            Self::Delete { address, asked } => {
                check_workspace(state, &address.workspace, options)?;
                alert_rules::delete(state, address, &asked.conditions, now, options)
            }
            Self::PutStored { place, body, asked } => {
                check_workspace(state, &place.workspace, options)?;
                resources::put(&Act { state, place, asked, by, now, options }, body)
            }
            Self::PatchStored { place, body, asked } => {
                check_workspace(state, &place.workspace, options)?;
                resources::patch(&Act { state, place, asked, by, now, options }, body)
            }
            Self::DeleteStored { place, asked } => {
                check_workspace(state, &place.workspace, options)?;
                resources::delete(&Act { state, place, asked, by, now, options })
            }
            Self::Post { place, body, asked } => {
                check_workspace(state, &place.workspace, options)?;
                resources::post_write(&Act { state, place, asked, by, now, options }, body)
            }
            Self::Edit(edited) => edited.decide(state, by, now, options),
            Self::Seed(seed) => {
                let (seeded, changes) = seed::apply(seed, state, now);
                let Seeded { workspaces, written, kept } = seeded;
                let body = json!({"workspaces": workspaces, "written": written, "kept": kept});
                Ok((Answer::new(StatusCode::OK, body.to_string()), changes))
            }
            Self::Begin(name) => {
                let workspace = name.key();
                let is_new = !state.workspaces.contains_key(workspace.as_str());
                let change = Change::begin(workspace.into(), name.path().into());
                Ok((Answer::new(StatusCode::OK, "{}"), is_new.then_some(change).into_iter().collect()))
            }
        }
    }
}

/// The refusal of a body that passes [`LARGEST_BODY`].
pub(super) fn too_large() -> ArmError {
    ArmError::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "RequestContentTooLarge",
        format!("The request content size exceeds the maximum size of {LARGEST_BODY} bytes."),
    )
}

fn check_workspace(state: &State, name: &WorkspaceName, options: &Options) -> Result<(), ArmError> {
    if !options.strict {
        return Ok(());
    }
    Inventory::new(state, true).workspace(name).map(|_| ())
}

/// A body without a declared type is taken as JSON; any other type is refused.
fn check_json(headers: &HeaderMap) -> Result<(), ArmError> {
    let Some(declared) = headers.get(CONTENT_TYPE) else {
        return Ok(());
    };
    let essence = declared.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/json") || essence.eq_ignore_ascii_case("text/json") {
        return Ok(());
    }
    let message = format!("The content media type '{essence}' is not supported. Only 'application/json' is supported.");
    Err(ArmError { code: "UnsupportedMediaType", ..ArmError::bad_request(message) })
}
