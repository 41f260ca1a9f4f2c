//! Where a request points: workspace, resource, query; read from an ARM URL.

use http::{StatusCode, Uri};

use super::answer::ArmError;
use super::types::{self, Type};

/// The fixed segments between the variable ones, compared without case as ARM does.
const FIXED: [(usize, &str); 6] = [
    (0, "subscriptions"),
    (2, "resourceGroups"),
    (4, "providers"),
    (5, "Microsoft.OperationalInsights"),
    (6, "workspaces"),
    (8, "providers"),
];
const SECURITY_INSIGHTS: &str = "Microsoft.SecurityInsights";

/// The first and the last date of an api-version that clients are known to send.
const VERSIONS: (&str, &str) = ("2020-01-01", "2025-10-01");

/// A workspace, named by the segments of its path in the request's own spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WorkspaceName {
    pub(super) subscription: String,
    pub(super) group: String,
    pub(super) workspace: String,
}

impl WorkspaceName {
    /// `/subscriptions/…/resourceGroups/…/providers/Microsoft.OperationalInsights/workspaces/…`
    pub(super) fn path(&self) -> String {
        format!(
            "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.OperationalInsights/workspaces/{}",
            self.subscription, self.group, self.workspace
        )
    }

    /// The name in such a path; none where it is another one.
    pub(super) fn of(path: &str) -> Option<Self> {
        let mut words = path.split('/').skip(2).step_by(2).map(str::to_owned);
        let (subscription, group, _, workspace) = (words.next()?, words.next()?, words.next()?, words.next()?);
        words.next().is_none().then_some(Self { subscription, group, workspace })
    }

    /// The path in lower case: equal for two spellings of one workspace.
    pub(super) fn key(&self) -> String {
        self.path().to_ascii_lowercase()
    }
}

/// A resource of the Sentinel provider in a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Resource {
    /// The collection of alert rules.
    AlertRules,
    /// One alert rule, by its name as spelled in the request.
    AlertRule(String),
    /// A collection of another type, or one of its resources.
    Stored { of: &'static Type, parents: Vec<String>, name: Option<String> },
    /// A type that the emulator does not know.
    Other(String),
}

/// A path read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Location {
    pub(super) workspace: WorkspaceName,
    pub(super) resource: Resource,
}

impl Location {
    /// Whether the segments of a path lead to Sentinel in a workspace.
    pub(super) fn is_one(segments: &[String]) -> bool {
        let is = |index: usize, word: &str| segments.get(index).is_some_and(|s| s.eq_ignore_ascii_case(word));
        FIXED.iter().all(|&(index, word)| is(index, word)) && is(9, SECURITY_INSIGHTS)
    }

    /// Reads the segments of such a path.
    ///
    /// # Errors
    ///
    /// 404 where no type follows the provider.
    pub(super) fn read(path: &str, segments: Vec<String>) -> Result<Self, ArmError> {
        let outside = || {
            ArmError::new(
                StatusCode::NOT_FOUND,
                "NotFound",
                format!("The path '{path}' names no workspace's resource."),
            )
        };
        let mut words = segments.into_iter();
        let mut nth = |skip: usize| words.nth(skip).ok_or_else(outside);
        let workspace = WorkspaceName { subscription: nth(1)?, group: nth(1)?, workspace: nth(3)? };
        let kind = nth(2)?;
        let rest: Vec<String> = words.collect();
        let resource = match rest.as_slice() {
            [] if kind.eq_ignore_ascii_case("alertRules") => Resource::AlertRules,
            [name] if kind.eq_ignore_ascii_case("alertRules") => Resource::AlertRule(name.clone()),
            // Below `alertRules/{name}` the type is what stands at every other place.
            rest => {
                let path = rest.iter().skip(1).step_by(2).fold(kind, |all, word| all + "/" + word);
                let mut names: Vec<String> = rest.iter().step_by(2).cloned().collect();
                match types::find(&path) {
                    None => Resource::Other(path),
                    Some(of) => {
                        let name = if rest.len() % 2 == 1 { names.pop() } else { None };
                        Resource::Stored { of, parents: names, name }
                    }
                }
            }
        };
        Ok(Self { workspace, resource })
    }
}

/// The segments of a path, decoded; a slash at either end adds none.
///
/// # Errors
///
/// 400 for a segment that is empty or not text.
pub(super) fn segments(path: &str) -> Result<Vec<String>, ArmError> {
    match path.trim_start_matches('/').trim_end_matches('/') {
        "" => Ok(Vec::new()),
        path => path.split('/').map(segment).collect(),
    }
}

/// Decodes one segment. A name may be any text, but for what would split or hide a path.
fn segment(raw: &str) -> Result<String, ArmError> {
    let invalid = || ArmError::bad_request(format!("The segment '{raw}' of the path is not a valid name."));
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let mut digit = || rest.next().and_then(|d| char::from(d).to_digit(16));
            let (high, low) = (digit().ok_or_else(invalid)?, digit().ok_or_else(invalid)?);
            bytes.push((high * 16 + low) as u8);
        } else {
            bytes.push(byte);
        }
    }
    let text = String::from_utf8(bytes).map_err(|_| invalid())?;
    if text.is_empty() || text.chars().any(|c| c == '/' || c.is_control()) {
        return Err(invalid());
    }
    Ok(text)
}

/// The first value of a query parameter, its name compared without case.
pub(super) fn query(uri: &Uri, name: &str) -> Option<String> {
    url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.into_owned())
}

/// The request's api-version of Sentinel's provider.
///
/// # Errors
///
/// 400 where it is missing, has no such form, or is older or newer than the versions that clients use.
pub(super) fn api_version(uri: &Uri) -> Result<String, ArmError> {
    api_version_within(uri, VERSIONS)
}

/// The request's api-version, of a provider whose first and last versions have these dates.
///
/// # Errors
///
/// As [`api_version`].
pub(super) fn api_version_within(uri: &Uri, (first, last): (&str, &str)) -> Result<String, ArmError> {
    let version = query(uri, "api-version").filter(|version| !version.is_empty()).ok_or_else(|| {
        ArmError::new(
            StatusCode::BAD_REQUEST,
            "MissingApiVersionParameter",
            "The api-version query parameter (?api-version=) is required for all requests.",
        )
    })?;
    if is_within(&version, (first, last)) {
        return Ok(version);
    }
    Err(ArmError::new(
        StatusCode::BAD_REQUEST,
        "InvalidApiVersionParameter",
        format!("The api-version '{version}' is invalid. Versions from '{first}' to '{last}-preview' are supported."),
    ))
}

fn is_within(version: &str, (first, last): (&str, &str)) -> bool {
    let version = version.to_ascii_lowercase();
    let date = version.strip_suffix("-preview").unwrap_or(&version);
    let digits = |c: (usize, u8)| {
        if matches!(c.0, 4 | 7) { c.1 == b'-' } else { c.1.is_ascii_digit() }
    };
    date.len() == 10 && date.bytes().enumerate().all(digits) && (first..=last).contains(&date)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const WORKSPACE: &str = "/subscriptions/S1/resourceGroups/Rg/providers/Microsoft.OperationalInsights/workspaces/Ws";

    fn of(path: &str) -> Result<Option<Location>, ArmError> {
        let segments = segments(path)?;
        if Location::is_one(&segments) { Location::read(path, segments).map(Some) } else { Ok(None) }
    }

    fn resource(tail: &str) -> Resource {
        of(&format!("{WORKSPACE}/providers/Microsoft.SecurityInsights/{tail}")).unwrap().unwrap().resource
    }

    #[test]
    fn paths_are_read_without_case() {
        let path = format!("{WORKSPACE}/providers/Microsoft.SecurityInsights/alertRules/A%20b");
        let location = of(&path).unwrap().unwrap();
        assert_eq!(location.resource, Resource::AlertRule("A b".to_owned()));
        assert_eq!(location.workspace.path(), WORKSPACE);
        assert_eq!(of(&path.to_ascii_lowercase()).unwrap().unwrap().workspace.key(), location.workspace.key());
    }

    #[test]
    fn other_types_keep_their_name() {
        assert_eq!(resource("alertRules"), Resource::AlertRules);
        assert_eq!(resource("alertRules/"), Resource::AlertRules);
        assert_eq!(resource("nothings"), Resource::Other("nothings".to_owned()));
        assert_eq!(resource("alertRules/a/nothings/b"), Resource::Other("alertRules/nothings".to_owned()));
        let Resource::Stored { of, parents, name } = resource("alertRules/a/actions/b") else {
            unreachable!("actions are a type")
        };
        assert_eq!((of.path, parents, name), ("alertRules/actions", vec!["a".to_owned()], Some("b".to_owned())));
    }

    #[test]
    fn bad_segments_are_refused() {
        for name in ["%2F", "%", "%4", "%zz", "%ff", "%00", "a//b"] {
            let path = format!("{WORKSPACE}/providers/Microsoft.SecurityInsights/alertRules/{name}");
            assert_eq!(of(&path).unwrap_err().status, StatusCode::BAD_REQUEST, "{name}");
        }
        let bare = format!("{WORKSPACE}/providers/Microsoft.SecurityInsights");
        assert_eq!(of(&bare).unwrap_err().status, StatusCode::NOT_FOUND);
        assert_eq!(of(WORKSPACE), Ok(None));
        assert_eq!(of("/subscriptions/s"), Ok(None));
    }

    #[test]
    fn versions_that_clients_send_are_known() {
        for version in ["2020-01-01", "2021-09-01-preview", "2025-09-01", "2025-10-01-preview"] {
            assert!(is_within(version, VERSIONS), "{version}");
        }
        for version in
            ["2019-12-31", "2025-10-02", "2026-01-01-preview", "latest", "2025-9-1", "2025-09-01-beta", "2025_09_01"]
        {
            assert!(!is_within(version, VERSIONS), "{version}");
        }
    }
}
