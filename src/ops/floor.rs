//! How long requests take at the least, by what the service documents.

use std::collections::BTreeMap;
use std::time::Duration;

use super::connection::Connection;
use super::place::READ;
use crate::arm::operation::{Operation, OperationClass};
use crate::resource::ResourceType;

/// How long so many requests take at the least under the documented limits: the longest of all subscriptions and
/// classes, which go side by side. Zero where nothing counts.
pub(super) fn longest(requests: impl Iterator<Item = Operation>) -> Duration {
    let mut counts: BTreeMap<Operation, usize> = BTreeMap::new();
    for operation in requests {
        *counts.entry(operation).or_default() += 1;
    }
    let seconds = counts.iter().map(|(operation, &count)| operation.class.documented().seconds(count));
    Duration::from_secs_f64(seconds.fold(0.0, f64::max))
}

/// How long the lists that a plan is made of take at the least. Each counts as one page: how many there are is not
/// known before they are read.
pub(super) fn reads<'a>(connections: impl Iterator<Item = &'a Connection>) -> Duration {
    longest(connections.flat_map(|connection| lists(connection, &READ)))
}

/// What reading the lists of some types counts as, a page each.
pub(super) fn lists(connection: &Connection, types: &[ResourceType]) -> Vec<Operation> {
    types.iter().filter_map(|&list| connection.counted_as(class(list))).collect()
}

/// The class that reading a list is counted in.
fn class(list: ResourceType) -> OperationClass {
    match list {
        ResourceType::AutomationRules => OperationClass::AutomationReads,
        _ => OperationClass::Reads,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::arm::endpoint::Endpoint;
    use crate::arm::request::RequestBuilder;
    use crate::arm::scope::WorkspaceScope;
    use crate::emulator::{Emulator, Options};
    use crate::ops::connection::Throttle;

    fn connections(many: usize, subscription: u8, principal: Option<&str>) -> Vec<Connection> {
        let emulator = Arc::new(Emulator::in_memory(Options::default()));
        let subscription = format!("22222222-2222-4222-8222-{subscription:012}");
        let one = |n| Connection {
            transport: Arc::clone(&emulator) as _,
            requests: RequestBuilder::new(
                Endpoint::parse("http://localhost", &[]).unwrap(),
                WorkspaceScope::new(&subscription, "rg", &format!("law-{n}")).unwrap(),
            ),
            cloud: "public".to_owned(),
            title: String::new(),
            throttle: principal.map(|principal| Throttle { limiter: Arc::default(), principal: principal.into() }),
        };
        (0..many).map(one).collect()
    }

    fn seconds(connections: &[Vec<Connection>]) -> f64 {
        reads(connections.iter().flatten()).as_secs_f64()
    }

    #[test]
    fn lists_count_by_subscription_principal_and_class() {
        let first = |many| connections(many, 1, Some("p"));
        // 100 lists of automation rules from a full bucket, then one in 3 s. 200 other lists are fewer than 250.
        assert_eq!((seconds(&[first(100)]), seconds(&[first(107)]), seconds(&[first(200)])), (0.0, 21.0, 300.0));
        // Other subscriptions and other principals have buckets of their own.
        assert_eq!(seconds(&[first(100), connections(100, 2, Some("p")), connections(100, 1, Some("q"))]), 0.0);
        assert_eq!(seconds(&[first(107), connections(130, 2, Some("p"))]), 90.0);
        // What has no throttle is not counted.
        assert_eq!(seconds(&[connections(500, 1, None)]), 0.0);
    }

    #[test]
    fn a_list_counts_where_the_limiter_counts_it() {
        for connection in connections(1, 1, Some("p")) {
            for list in READ {
                let request = connection.requests.list(list).unwrap();
                assert_eq!(connection.counted_as(class(list)), Some(Operation::of(&request, &"p".into())));
            }
        }
    }
}
