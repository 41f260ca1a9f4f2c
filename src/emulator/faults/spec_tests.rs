#![allow(clippy::unwrap_used)]

use super::super::Fault;
use serde_json::{Value, json};

fn refusal(text: &str) -> String {
    text.parse::<Fault>().unwrap_err().to_string()
}

#[test]
fn a_fault_is_one_thing_in_both_forms() {
    for (compact, object) in [
        (
            "PUT alertRules/* every=7 status=503 retry-after=2s",
            json!({"method": "PUT", "path": "alertRules/*", "every": 7, "status": 503, "retryAfter": "2s"}),
        ),
        ("reset at=after nth=3", json!({"nth": 3, "at": "after", "reset": true})),
        ("hang=40s class=writes", json!({"class": "writes", "hang": "40s"})),
        ("status=502 body=html", json!({"status": 502, "body": "html"})),
        ("page=next next-link=loop", json!({"page": "next", "nextLink": "loop"})),
        ("drip=16 pause=10ms share=0.5 seed=1", json!({"share": 0.5, "seed": 1, "drip": 16, "pause": "10ms"})),
        (
            "edit.resource=alertRules/a edit.autoDisable='No such table'",
            json!({"edit": {"resource": "alertRules/a", "autoDisable": "No such table"}}),
        ),
    ] {
        let read: Fault = compact.parse().unwrap();
        let same: Fault = serde_json::from_value(object.clone()).unwrap();
        assert_eq!(read, same, "{compact}");
        assert_eq!(serde_json::to_value(&read).unwrap(), object, "{compact}");
    }
}

#[test]
fn what_makes_no_sense_is_refused_by_key() {
    for (text, why) in [
        ("PUT", "a fault needs an effect: latency, hang, status"),
        ("latency=1s status=503", "a fault has one effect"),
        ("status=200", "`status`: 200 is not from 400 to 599"),
        ("latency=soon", "`latency`: `soon` is no length of time"),
        ("TRACE reset", "`method`: `TRACE` is no method"),
        ("reset=false", "`reset`: false asks for nothing"),
        ("latency=1s at=after", "`at` goes with status, hang or reset only"),
        ("reset body=html", "`body` goes with status only"),
        ("status=429 retry-form=date", "`retryForm` goes with retryAfter only"),
        ("nth=2 every=3 reset", "`nth` stands alone"),
        ("every=0 reset", "count from 1"),
        ("share=0.5 reset", "`share` and `seed` go together"),
        ("share=2 seed=1 reset", "`share` is a number from 0 to 1"),
        ("class=read reset", "`class`: `read` is neither"),
        ("next-link=evil", "`nextLink`: `evil` is neither loop, host"),
        ("drip=0", "`drip`: give the bytes"),
        ("clock=later", "`clock`: `later` is neither"),
        ("edit.resource=alertRules/a", "`edit` does one thing"),
        ("edit.resource=alertRules edit.delete=true", "`alertRules` is no resource"),
        ("edit.resource=alertRules/a edit.delete=true edit.put.kind=NRT", "`edit` does one thing"),
        ("resett", "a fault needs an effect"),
        ("PUT alertRules/* statuss=503", "unknown field `statuss`"),
        ("status=many", "invalid type"),
        ("edit.resource=alertRules/a edit.sett.x=1", "unknown field `sett`"),
    ] {
        let told = refusal(text);
        assert!(told.contains(why), "{text}: {told}");
    }
    for other in [json!(null), json!([]), json!("PUT reset"), json!({"reset": "yes"})] {
        assert!(serde_json::from_value::<Fault>(other.clone()).is_err(), "{other}");
    }
    let _: Value = serde_json::to_value("reset".parse::<Fault>().unwrap()).unwrap();
}
