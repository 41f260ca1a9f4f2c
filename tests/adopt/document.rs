//! Rules as authors write them: every style, indentation, order and line end.

use proptest::prelude::*;

/// A document, with the comments between its keys.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    pub(crate) text: String,
    pub(crate) comments: Vec<String>,
}

/// The lines of one key, in one of its styles. `n` is the indentation of what is below it.
fn key(name: &'static str, style: usize, n: usize) -> String {
    let pad = " ".repeat(n);
    let dash = " ".repeat(n % 3);
    let styles: Vec<String> = match name {
        "name" => vec![
            "name: Many of them".into(),
            "name: 'Many of ''them'''".into(),
            "name: \"Many \\\"of\\\" them\"".into(),
        ],
        "displayName" => vec![],
        "description" => vec![
            "description: Finds it.".into(),
            format!("description: |\n{pad}'Finds it\n{pad}  again.'"),
            format!("description: >-\n{pad}Finds it\n{pad}all the time.\n\n{pad}And again."),
            format!("description: Finds it\n{pad}on two lines"),
            format!("description: \"Finds it \\\n{pad}on two lines\\n\""),
            "description:".into(),
            String::new(),
        ],
        "severity" => vec!["severity: Low".into(), "severity: 'low'".into(), "Severity: Low".into()],
        "enabled" => vec!["enabled: true".into(), String::new()],
        "query" => vec![
            "query: T | where a > 1".into(),
            format!("query: |\n{pad}T\n{pad}| where a > 1   \n\n{pad}  | take 5"),
            format!("query: |-  # head\n\n{pad}T\n{pad}| take 1\n"),
            format!("query: >\n{pad}T\n{pad}| where a == 'x'\n{pad}| take 1"),
            format!("query: '\n{pad}T\n\n{pad}| take 1'"),
            "query: \"T\\n| take 1\"".into(),
        ],
        "queryFrequency" => {
            vec!["queryFrequency: 1h".into(), "queryFrequency: PT1H".into(), "queryFrequency: '1h'".into()]
        }
        "queryPeriod" => vec!["queryPeriod: 1d".into(), "queryPeriod: P1D # a day".into()],
        "triggerOperator" => vec!["triggerOperator: gt".into(), "triggerOperator: GreaterThan".into()],
        "triggerThreshold" => vec!["triggerThreshold: 0".into()],
        "tactics" => vec![
            "tactics: [Impact, \"Discovery\"]".into(),
            format!("tactics:\n{dash}- Impact # one\n{dash}- 'discovery'"),
            "tactics: []".into(),
            format!("tactics: [\n{pad}Impact,\n{pad}Discovery\n{pad}]"),
            String::new(),
        ],
        "customDetails" => vec![
            "customDetails: {A: a, 'B: c': b}".into(),
            format!("customDetails:\n{pad}A: a # one\n{pad}\"B\": 'b'"),
            "customDetails: {}".into(),
            String::new(),
        ],
        "alertDetailsOverride" => vec![
            format!(
                "alertDetailsOverride:\n{pad}alertDisplayNameFormat: Of {{{{A}}}}\n{pad}alertDescriptionFormat: >-\n{pad}  one\n{pad}  two"
            ),
            "alertDetailsOverride: {alertDisplayNameFormat: 'x'}".into(),
            "alertDetailsOverride: ~".into(),
            String::new(),
        ],
        "incidentConfiguration" => vec![
            format!(
                "incidentConfiguration:\n{pad}createIncident: true\n{pad}groupingConfiguration:\n{pad}  enabled: false\n{pad}  groupByCustomDetails: [A]"
            ),
            "incidentConfiguration: {createIncident: true}".into(),
            String::new(),
        ],
        other => vec![format!("{other}: [x, {{y: z}}]")],
    };
    styles[style % styles.len()].clone()
}

const KEYS: [&str; 14] = [
    "name",
    "description",
    "severity",
    "enabled",
    "query",
    "queryFrequency",
    "queryPeriod",
    "triggerOperator",
    "triggerThreshold",
    "tactics",
    "customDetails",
    "alertDetailsOverride",
    "incidentConfiguration",
    "tags",
];

/// Any document.
pub(crate) fn documents() -> impl Strategy<Value = Document> {
    let styles = proptest::collection::vec((0usize..12, 1usize..6, any::<bool>(), 0usize..3), KEYS.len());
    let order = Just((0..KEYS.len()).collect::<Vec<_>>()).prop_shuffle();
    (styles, order, any::<bool>(), any::<bool>()).prop_map(|(styles, order, crlf, ends)| {
        let mut text = String::from("# keep the head\nid: 11111111-1111-4111-8111-111111111111\n");
        let mut comments = vec!["# keep the head".to_owned()];
        for n in order {
            let (style, indent, comment, blank) = styles[n];
            let lines = key(KEYS[n], style, indent);
            if lines.is_empty() {
                continue;
            }
            if comment {
                let told = format!("# keep {}", KEYS[n]);
                text.push_str(&format!("{told}\n"));
                comments.push(told);
            }
            text.push_str(&format!("{lines}\n{}", "\n".repeat(blank)));
        }
        if !ends {
            text.truncate(text.trim_end().len());
        }
        let text = if crlf { text.replace('\n', "\r\n") } else { text };
        Document { text, comments }
    })
}
