//! Incidents, and what stands behind one: read for drafts, never written.

use http::Method;

use super::{Request, RequestBuilder, RequestError};
use crate::arm::segment;

/// The latest stable version of Microsoft's swagger for incidents.
const VERSION: &str = "2025-09-01";

/// What can be listed of an incident. Both are POST, and answer at once (Microsoft's swagger).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfIncident {
    Alerts,
    Entities,
}

impl OfIncident {
    fn segment(self) -> &'static str {
        match self {
            Self::Alerts => "alerts",
            Self::Entities => "entities",
        }
    }
}

impl RequestBuilder {
    /// `GET` of one incident by its resource name.
    ///
    /// # Errors
    ///
    /// The name has no place in a path.
    pub fn incident(&self, name: &str) -> Result<Request, RequestError> {
        self.get_at(format!("{}/{}?api-version={VERSION}", self.incidents()?, segment::encode(name)?))
    }

    /// `GET` of the incidents with a number, which is the one that people see.
    ///
    /// # Errors
    ///
    /// See [`RequestError`].
    pub fn incident_of_number(&self, number: u64) -> Result<Request, RequestError> {
        let filter = format!("properties%2FincidentNumber%20eq%20{number}");
        self.get_at(format!("{}?api-version={VERSION}&%24filter={filter}", self.incidents()?))
    }

    /// `POST` that lists what stands behind an incident.
    ///
    /// # Errors
    ///
    /// The name has no place in a path.
    pub fn of_incident(&self, name: &str, what: OfIncident) -> Result<Request, RequestError> {
        let (incidents, name) = (self.incidents()?, segment::encode(name)?);
        let mut request = self.get_at(format!("{incidents}/{name}/{}?api-version={VERSION}", what.segment()))?;
        *request.method_mut() = Method::POST;
        Ok(request)
    }

    fn incidents(&self) -> Result<String, RequestError> {
        Ok(format!("{}{}/providers/Microsoft.SecurityInsights/incidents", self.endpoint, self.scope.url_path()?))
    }
}
