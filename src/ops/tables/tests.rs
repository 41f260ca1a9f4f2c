use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::arm::endpoint::Endpoint;
use crate::arm::request::RequestBuilder;
use crate::arm::scope::WorkspaceScope;
use crate::arm::transport::{Request, Response, Sending, Transport};
use crate::diagnostic::Sources;
use crate::rule::{table, yaml};

/// Answers with one page after the other, and remembers nothing.
struct Pages(Vec<Value>);

impl Transport for Pages {
    fn send(&self, request: Request) -> Sending<'_> {
        let query = request.uri().query().unwrap_or_default();
        let page: usize = query.split_once("page=").map_or(0, |(_, page)| page.parse().unwrap());
        assert!(request.uri().path().ends_with("/workspaces/law-x/tables"), "{}", request.uri());
        assert!(query.starts_with("api-version=2022-10-01"), "{query}");
        let mut body = json!({"value": self.0[page]});
        if page + 1 < self.0.len() {
            let address = request.uri().to_string();
            let first = address.split("&page=").next().unwrap();
            body["nextLink"] = json!(format!("{first}&page={}", page + 1));
        }
        Box::pin(async move { Ok(Response::new(body.to_string().into())) })
    }
}

fn connection(pages: Vec<Value>) -> Connection {
    let scope = WorkspaceScope::new("22222222-2222-4222-8222-222222222222", "rg", "law-x").unwrap();
    let requests = RequestBuilder::new(Endpoint::parse("http://localhost", &[]).unwrap(), scope);
    let cloud = "emulator".to_owned();
    Connection { transport: Arc::new(Pages(pages)), requests, cloud, title: String::new(), throttle: None }
}

fn item(name: &str, standard: &[(&str, &str)], own: &[(&str, &str)]) -> Value {
    let columns = |list: &[(&str, &str)]| -> Value {
        list.iter().map(|(name, ty)| json!({"name": name, "type": ty, "isHidden": false})).collect()
    };
    let schema = json!({"name": name, "standardColumns": columns(standard), "columns": columns(own)});
    json!({"id": format!("/x/tables/{name}"), "name": name, "properties": {"plan": "Analytics", "schema": schema}})
}

fn two_pages() -> Vec<Value> {
    let own = item("Proxy_CL", &[("TenantId", "guid")], &[("TimeGenerated", "dateTime"), ("Ok", "boolean")]);
    let hostile = item("x: [&a\n---\nkind: Scheduled", &[("null", "string"), ("a b", "strange")], &[]);
    vec![json!([own, item("Perf", &[("Computer", "string")], &[])]), json!([hostile])]
}

#[tokio::test]
async fn tables_of_all_pages_come_back_from_the_files() {
    let tables = live(&connection(two_pages())).await.unwrap();
    let names: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
    assert_eq!(names, ["Perf", "Proxy_CL", "x: [&a\n---\nkind: Scheduled"]);
    assert_eq!(tables[1].columns.last().unwrap(), &("Ok".to_owned(), "bool"));

    let mut read = Vec::new();
    for text in files("on", &tables).values() {
        let mut sources = Sources::default();
        let mut problems = Vec::new();
        for node in yaml::parse(sources.add("x", text.as_str()), text).unwrap() {
            let table = table::read(node, &mut problems).unwrap();
            assert_eq!(table.workspaces[0].value, "on");
            let columns = table.columns.unwrap_or_default();
            read.push((table.name.value, columns.into_iter().map(|(name, ty)| (name, ty.value)).collect::<Vec<_>>()));
        }
        assert!(problems.is_empty(), "{problems:?}");
    }
    let own = |columns: &[(String, &str)]| columns.iter().map(|(name, ty)| (name.clone(), (*ty).to_owned())).collect();
    let expected: Vec<(String, Vec<(String, String)>)> =
        tables.iter().map(|table| (table.name.clone(), own(&table.columns))).collect();
    assert_eq!(read, expected);
}

#[tokio::test]
async fn what_is_no_list_of_tables_is_an_error() {
    for page in [json!([{"name": "T"}]), json!([{"name": 1, "properties": {"schema": {}}}]), json!({"a": 1})] {
        assert!(live(&connection(vec![page.clone()])).await.is_err(), "{page}");
    }
}

#[test]
fn only_what_changed_is_written_and_what_is_gone_is_removed() {
    let project = tempfile::tempdir().unwrap();
    let table = |name: &str| LiveTable { name: name.to_owned(), columns: vec![("a".to_owned(), "string")] };
    let save = |tables: &[LiveTable]| save(project.path(), "contoso", tables);
    let first = save(&[table("A"), table("B_CL")]).unwrap();
    assert_eq!((first.tables, first.columns, first.written, first.removed), (2, 2, 2, 0));
    assert_eq!(save(&[table("A"), table("B_CL")]).unwrap().written, 0);
    let hand = project.path().join("tables/contoso/by-hand.yaml");
    std::fs::write(&hand, "kind: Table\nname: C\n").unwrap();
    let last = save(&[table("A"), table("A2")]).unwrap();
    assert_eq!((last.written, last.removed), (1, 1));
    assert!(hand.exists());
    std::fs::rename(&hand, project.path().join("tables/contoso/b.yaml")).unwrap();
    assert!(save(&[table("B_CL")]).is_err(), "somebody's own file would be lost");
}

#[test]
fn a_workspace_never_leads_out_of_the_folder() {
    assert_eq!(folder("contoso"), "tables/contoso");
    assert_eq!(folder(".."), "tables/_..");
}
