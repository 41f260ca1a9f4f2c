//! Lists that are torn, go round in a circle, or lead to somebody else.

use http::Method;
use palisade::arm::ArmError;
use palisade::arm::transport::Transport as _;
use palisade::emulator::Options;

use crate::world::{World, body, with};

async fn six(page: usize) -> World {
    let world = with(Options { page, ..Options::default() });
    world.fill(&["a", "c", "d", "e", "f", "g"]).await;
    world
}

/// What a reader that believes every page sees: the names, in order.
async fn naive(world: &World) -> Vec<String> {
    let door = &world.doors[0];
    let mut names = Vec::new();
    let mut request = door.request(Method::GET, "");
    for _ in 0..20 {
        let page = body(&door.transport.send(request).await.unwrap());
        let rules = page["value"].as_array().unwrap().iter();
        names.extend(rules.map(|rule| rule["name"].as_str().unwrap().to_owned()));
        let Some(link) = page["nextLink"].as_str() else { break };
        request = door.request(Method::GET, "");
        *request.uri_mut() = link.parse().unwrap();
    }
    names.retain(|name| name != "BuiltInFusion");
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_torn_by_a_deletion() {
    let world = six(2).await;
    assert_eq!(naive(&world).await, ["a", "c", "d", "e", "f", "g"]);
    // `a` goes while its page was read; by position, the next page begins one rule too late.
    world.inject("GET alertRules page=next times=1 edit.resource=alertRules/a edit.delete=true edit.torn=true");
    assert_eq!(naive(&world).await, ["a", "d", "e", "f", "g"], "`c` is live, and was shown on no page");
    assert_eq!(world.rules(), ["c", "d", "e", "f", "g"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_torn_by_an_insertion() {
    for (torn, expected) in [
        ("true", &["a", "a", "c", "d", "e", "f", "g"][..]),
        // The emulator's own lists go on after a name: nothing is seen twice.
        ("false", &["a", "c", "d", "e", "f", "g"]),
    ] {
        let world = six(1).await;
        let rule = crate::world::rule("aa").to_string();
        let fault = serde_json::json!({
            "method": "GET", "path": "alertRules", "page": "next", "times": 1,
            "edit": {"resource": "alertRules/0", "put": serde_json::from_str::<serde_json::Value>(&rule).unwrap(),
                     "torn": torn == "true"},
        });
        world.emulator.inject(serde_json::from_value(fault).unwrap());
        assert_eq!(naive(&world).await, expected, "torn: {torn}");
        // Our own reader keeps a rule that comes twice once.
        assert_eq!(world.doors[0].list().await.unwrap(), ["0", "a", "c", "d", "e", "f", "g"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_between_two_pages_is_no_tear() {
    let world = six(2).await;
    world.inject("GET alertRules page=next times=1 edit.resource=alertRules/a edit.set.severity=High edit.by=kim");
    for door in &world.doors {
        assert_eq!(door.list().await.unwrap(), ["a", "c", "d", "e", "f", "g"], "{}", door.name);
    }
    assert_eq!(world.live("a")["properties"]["severity"], "High");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_that_comes_twice_in_two_versions_is_a_change_during_the_read() {
    let world = six(1).await;
    let rule = crate::world::rule("0").to_string();
    let insert = serde_json::json!({
        "page": "next", "times": 1,
        "edit": {"resource": "alertRules/0", "torn": true,
                 "put": serde_json::from_str::<serde_json::Value>(&rule).unwrap()},
    });
    world.inject("page=next times=1 edit.resource=alertRules/a edit.set.severity=High");
    world.emulator.inject(serde_json::from_value(insert).unwrap());
    let error = world.door("http").list().await.unwrap_err();
    assert!(matches!(error, ArmError::ChangedDuringRead { .. }), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_circle_of_pages_is_cut() {
    let world = six(2).await;
    for page in ["first", "next"] {
        world.emulator.clear_faults();
        world.inject(&format!("GET alertRules page={page} next-link=loop"));
        for door in &world.doors {
            world.emulator.forget_requests();
            let error = door.list().await.unwrap_err();
            assert!(matches!(error, ArmError::Cycle { .. }), "{}: {error}", door.name);
            assert!(world.emulator.requests().len() <= 3, "{}", door.name);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_to_another_place_is_not_followed() {
    let world = six(2).await;
    for link in ["host", "scheme", "userinfo", "port", "workspace", "https://attacker.example/x", "file://etc/passwd"] {
        world.emulator.clear_faults();
        world.inject(&format!("GET alertRules next-link={link}"));
        for door in &world.doors {
            world.emulator.forget_requests();
            let error = door.list().await.unwrap_err();
            assert!(matches!(error, ArmError::HostileNextLink { .. }), "{link} {}: {error}", door.name);
            assert_eq!(world.emulator.requests().len(), 1, "{link} {}", door.name);
        }
    }
}

/// The token goes nowhere: whoever listens at the other port hears nothing.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_waits_behind_a_hostile_link_hears_nothing() {
    let trap = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    trap.set_nonblocking(true).unwrap();
    let world = six(2).await;
    world.inject(&format!("GET next-link=http://{}/steal", trap.local_addr().unwrap()));
    for door in &world.doors {
        assert!(door.list().await.is_err(), "{}", door.name);
    }
    assert_eq!(trap.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_page_is_not_the_end() {
    let world = six(2).await;
    for door in &world.doors {
        world.emulator.clear_faults();
        world.inject("GET alertRules times=2 every=2 empty-page");
        assert_eq!(door.list().await.unwrap(), ["a", "c", "d", "e", "f", "g"], "{}", door.name);
        assert_eq!(world.emulator.faults()[0].fired, 2, "{}", door.name);
    }
}
