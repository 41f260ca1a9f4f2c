#![allow(clippy::unwrap_used)]

use super::*;

const TENANT: &str = "11111111-1111-4111-8111-111111111111";

fn spec(method: AuthMethod) -> AuthSpec {
    AuthSpec {
        workspace: "contoso-eu.1".to_owned(),
        tenant: TENANT.to_owned(),
        cloud: Cloud::Public,
        method,
        client_id: None,
    }
}

fn choose(method: AuthMethod, variables: &[(&str, &str)]) -> Result<Login, AuthError> {
    let env = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    Login::choose(&spec(method), &env)
}

fn auto(variables: &[(&str, &str)]) -> AuthMethod {
    choose(AuthMethod::Auto, variables).unwrap().method()
}

const CLIENT: (&str, &str) = ("AZURE_CLIENT_ID", "app");
const SECRET: (&str, &str) = ("AZURE_CLIENT_SECRET", "canary");
const GITHUB: [(&str, &str); 2] = [
    ("ACTIONS_ID_TOKEN_REQUEST_URL", "https://token.actions.example/x?api-version=2"),
    ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "canary"),
];
const PIPELINES: [(&str, &str); 4] = [
    ("SYSTEM_OIDCREQUESTURI", "https://vstoken.example/"),
    ("SYSTEM_ACCESSTOKEN", "canary"),
    ("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", "connection"),
    ("AZURESUBSCRIPTION_CLIENT_ID", "app"),
];
const FEDERATED: (&str, &str) = ("AZURE_FEDERATED_TOKEN_FILE", "/var/run/token");
const MANAGED: [(&str, &str); 2] =
    [("IDENTITY_ENDPOINT", "http://localhost:42356/token"), ("IDENTITY_HEADER", "canary")];

#[test]
fn auto_takes_the_first_that_there_is() {
    let mut all = Vec::from([CLIENT, SECRET, FEDERATED, MANAGED[0], MANAGED[1]]);
    all.extend(GITHUB);
    all.extend(PIPELINES);
    for (method, gone) in [
        (AuthMethod::GithubOidc, "ACTIONS_ID_TOKEN_REQUEST_URL"),
        (AuthMethod::Pipelines, "SYSTEM_OIDCREQUESTURI"),
        (AuthMethod::WorkloadIdentity, "AZURE_FEDERATED_TOKEN_FILE"),
        (AuthMethod::ClientSecret, "AZURE_CLIENT_SECRET"),
        (AuthMethod::ManagedIdentity, "IDENTITY_ENDPOINT"),
    ] {
        assert_eq!(auto(&all), method);
        all.retain(|(name, _)| *name != gone);
    }
    assert_eq!(auto(&all), AuthMethod::Cli);
    assert_eq!(choose(AuthMethod::Auto, &[]).unwrap(), Login::Cli { tenant: TENANT.to_owned(), then_azd: true });
    // Cloud Shell.
    assert_eq!(auto(&[("MSI_ENDPOINT", "http://localhost:50342/oauth2/token")]), AuthMethod::Cli);
}

#[test]
fn auto_passes_over_what_is_incomplete_or_empty() {
    assert_eq!(auto(&GITHUB), AuthMethod::Cli);
    assert_eq!(auto(&PIPELINES[..2]), AuthMethod::Cli);
    assert_eq!(auto(&[SECRET]), AuthMethod::Cli);
    assert_eq!(auto(&[CLIENT, ("AZURE_CLIENT_SECRET", "")]), AuthMethod::Cli);
}

#[test]
fn auto_does_not_slide_past_what_was_meant() {
    let job = [CLIENT, GITHUB[0]];
    assert!(matches!(choose(AuthMethod::Auto, &job), Err(AuthError::Missing { method: AuthMethod::GithubOidc, .. })));
    assert!(choose(AuthMethod::Auto, &[FEDERATED]).is_err());
}

#[test]
fn a_workspaces_own_variables_go_first() {
    let login = choose(
        AuthMethod::ClientSecret,
        &[CLIENT, SECRET, ("PALISADE_CONTOSO_EU_1_CLIENT_ID", "own"), ("PALISADE_CONTOSO_EU_1_CLIENT_SECRET", "x")],
    )
    .unwrap();
    let Login::ClientSecret { client_id, secret, variable, .. } = login else { unreachable!() };
    assert_eq!((client_id.as_str(), secret.secret()), ("own", "x"));
    assert_eq!(variable, "PALISADE_CONTOSO_EU_1_CLIENT_SECRET");
}

#[test]
fn a_client_id_of_the_file_goes_before_all() {
    let spec = AuthSpec { client_id: Some("file".to_owned()), ..spec(AuthMethod::ManagedIdentity) };
    let env = |_: &str| Some("env".to_owned());
    assert_eq!(Login::choose(&spec, &env).unwrap(), Login::ManagedIdentity { client_id: Some("file".to_owned()) });
}

#[test]
fn what_is_missing_is_named() {
    let error = choose(AuthMethod::ClientSecret, &[CLIENT]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "client-secret: a client secret is not set; the environment may give it as \
         PALISADE_CONTOSO_EU_1_CLIENT_SECRET or AZURE_CLIENT_SECRET"
    );
    for method in [AuthMethod::GithubOidc, AuthMethod::Pipelines, AuthMethod::WorkloadIdentity] {
        assert!(matches!(choose(method, &[CLIENT]), Err(AuthError::Missing { .. })), "{method}");
    }
}

#[test]
fn odd_values_are_refused() {
    for tenant in ["", "a/b", "../x", "a b", "-x", "a?b", "--help"] {
        let spec = AuthSpec { tenant: tenant.to_owned(), ..spec(AuthMethod::Cli) };
        assert!(Login::choose(&spec, &|_| None).is_err(), "{tenant}");
    }
    let plain = [CLIENT, ("ACTIONS_ID_TOKEN_REQUEST_URL", "http://evil.example"), GITHUB[1]];
    assert!(matches!(choose(AuthMethod::GithubOidc, &plain), Err(AuthError::Unusable { .. })));
}

#[test]
fn no_secret_is_shown() {
    let mut all = Vec::from([CLIENT, SECRET]);
    all.extend(GITHUB);
    all.extend(PIPELINES);
    for method in [AuthMethod::ClientSecret, AuthMethod::GithubOidc, AuthMethod::Pipelines] {
        let login = choose(method, &all).unwrap();
        assert!(!format!("{login:?} {}", login.principal()).contains("canary"), "{method}");
    }
}
