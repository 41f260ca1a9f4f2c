//! What ARM counts requests by: subscription, principal and class of operation.

use std::sync::Arc;

use http::Method;

use super::transport::Request;

/// A class of operations with a limit of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum OperationClass {
    /// GET and HEAD.
    Reads,
    /// PUT, POST, PATCH.
    Writes,
    /// DELETE.
    Deletes,
    /// Reads of automation rules, which the provider counts by itself.
    AutomationReads,
    /// Writes of automation rules, likewise.
    AutomationWrites,
}

/// A token bucket: what it holds at most, and what comes back each second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Requests at once, from a full bucket.
    pub capacity: f64,
    /// Requests a second, from an empty one.
    pub per_second: f64,
}

impl Rate {
    /// How long so many requests take at least, in seconds, from a full bucket.
    pub fn seconds(self, requests: usize) -> f64 {
        ((requests as f64 - self.capacity) / self.per_second).max(0.0)
    }
}

impl OperationClass {
    /// The class of a request.
    pub fn of(method: &Method, path: &str) -> Self {
        let automation = path.to_ascii_lowercase().contains("/providers/microsoft.securityinsights/automationrules");
        match *method {
            Method::GET | Method::HEAD if automation => Self::AutomationReads,
            Method::GET | Method::HEAD => Self::Reads,
            Method::DELETE => Self::Deletes,
            _ if automation => Self::AutomationWrites,
            _ => Self::Writes,
        }
    }

    /// What Microsoft documents: "Understand how Azure Resource Manager throttles requests" (per subscription and
    /// principal, since 2024), and of automation rules the least that is documented, 100 in 5 minutes.
    pub fn documented(self) -> Rate {
        match self {
            Self::Reads => Rate { capacity: 250.0, per_second: 25.0 },
            Self::Writes | Self::Deletes => Rate { capacity: 200.0, per_second: 10.0 },
            Self::AutomationReads | Self::AutomationWrites => Rate { capacity: 100.0, per_second: 100.0 / 300.0 },
        }
    }
}

/// What one bucket is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Operation {
    /// In lower case; empty above all subscriptions.
    pub subscription: String,
    /// Who asks, as a key.
    pub principal: Arc<str>,
    /// What is done.
    pub class: OperationClass,
}

impl Operation {
    /// What a request of this principal counts as.
    pub fn of(request: &Request, principal: &Arc<str>) -> Self {
        let path = request.uri().path();
        let mut parts = path.split('/').skip_while(|part| !part.eq_ignore_ascii_case("subscriptions"));
        let subscription = parts.nth(1).unwrap_or_default().to_ascii_lowercase();
        let class = OperationClass::of(request.method(), path);
        Self { subscription, principal: Arc::clone(principal), class }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_counts_where_arm_counts_it() {
        let of = |method: Method, path: &str| {
            let mut request = Request::default();
            *request.method_mut() = method;
            *request.uri_mut() = path.parse().unwrap_or_default();
            let operation = Operation::of(&request, &"p".into());
            (operation.subscription, operation.class)
        };
        let path = |kind: &str| {
            format!(
                "https://h/subscriptions/AB/resourceGroups/g/providers/Microsoft.OperationalInsights/workspaces/w/\
                 providers/Microsoft.SecurityInsights/{kind}?api-version=1"
            )
        };
        assert_eq!(of(Method::GET, &path("alertRules")), ("ab".into(), OperationClass::Reads));
        assert_eq!(of(Method::PUT, &path("metadata/a")), ("ab".into(), OperationClass::Writes));
        assert_eq!(of(Method::GET, &path("automationRules")), ("ab".into(), OperationClass::AutomationReads));
        assert_eq!(of(Method::PUT, &path("automationRules/a")), ("ab".into(), OperationClass::AutomationWrites));
        // Recorded headers count it with all other deletes.
        assert_eq!(of(Method::DELETE, &path("automationRules/a")), ("ab".into(), OperationClass::Deletes));
        assert_eq!(of(Method::GET, "https://h/tenants"), (String::new(), OperationClass::Reads));
    }

    #[test]
    fn the_floor_is_the_bucket_s() {
        let writes = OperationClass::Writes.documented();
        assert_eq!((writes.seconds(500), writes.seconds(7)), (30.0, 0.0));
    }
}
