"""Alert rules of each kind that a client may write, and the one that is there by itself."""

from datetime import timedelta

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError

from .step import collect, raises, same

STEPS = []

SCHEDULED = "0d4a7e0c-52d5-4f8a-9a52-0c6a4a1f0001"
NRT = "0d4a7e0c-52d5-4f8a-9a52-0c6a4a1f0002"
MICROSOFT = "0d4a7e0c-52d5-4f8a-9a52-0c6a4a1f0003"
QUERY = "SecurityEvent\r\n| where EventID == 4625  \r\n| summarize Failures = count() by Account\r\n"


def query_rule(sdk, kind: str, model: str, **over):
    """A rule with every property that both generations of the SDK know."""
    grouping = sdk.models.GroupingConfiguration(
        enabled=True, reopen_closed_incident=False, lookback_duration=timedelta(hours=5), matching_method="Selected",
        group_by_entities=["Account"], group_by_alert_details=[], group_by_custom_details=["Failures"],
    )
    properties = dict(
        display_name="Failed logons", description="Many failed logons of one account", enabled=True, severity="Medium",
        query=QUERY, suppression_duration=timedelta(hours=1), suppression_enabled=False,
        tactics=["CredentialAccess"], custom_details={"Failures": "Failures"},
        incident_configuration=sdk.models.IncidentConfiguration(create_incident=True, grouping_configuration=grouping),
        alert_details_override=sdk.models.AlertDetailsOverride(alert_display_name_format="Logons of {{Account}}"),
        event_grouping_settings=sdk.models.EventGroupingSettings(aggregation_kind="SingleAlert"),
    )
    return of_kind(sdk, kind, model, **{**properties, **over})


def of_kind(sdk, kind: str, model: str, **properties):
    """A rule of this kind; 2.0.0b4 sends no kind unless it is told to."""
    rule = getattr(sdk.models, model)(**properties)
    rule.kind = kind
    return rule


def scheduled(sdk, **over):
    schedule = dict(
        query_frequency=timedelta(hours=1), query_period=timedelta(days=1), trigger_operator="GreaterThan",
        trigger_threshold=10,
    )
    return query_rule(sdk, "Scheduled", "ScheduledAlertRule", **{**schedule, **over})


def microsoft_security(sdk, **over):
    kind = "MicrosoftSecurityIncidentCreation"
    properties = dict(display_name="Incidents of Defender", enabled=True, product_filter="Azure Security Center")
    return of_kind(sdk, kind, f"{kind}AlertRule", **{**properties, **over})


@collect(STEPS, "alert rules: a scheduled rule comes back as it was sent")
async def create(sdk):
    made = await sdk.call("alert_rules", "create_or_update", SCHEDULED, scheduled(sdk))
    same(type(made).__name__, "ScheduledAlertRule")
    got = await sdk.call("alert_rules", "get", SCHEDULED)
    for rule in (made, got):
        same(rule.query, QUERY)
        same((rule.query_period, rule.query_frequency), (timedelta(days=1), timedelta(hours=1)))
        same(rule.trigger_operator, "GreaterThan")
        grouping = rule.incident_configuration.grouping_configuration
        same((grouping.group_by_entities, grouping.group_by_alert_details), (["Account"], []))
        same(rule.custom_details, {"Failures": "Failures"})
        same(rule.alert_details_override.alert_description_format, None)
    same(made.etag, got.etag, "the etag")
    same(made.last_modified_utc, got.last_modified_utc)


@collect(STEPS, "alert rules: an NRT rule", beta_only=True)
async def near_real_time(sdk):
    rule = query_rule(
        sdk, "NRT", "NrtAlertRule", display_name="New service", techniques=["T1543"], sub_techniques=["T1543.003"],
    )
    made = await sdk.call("alert_rules", "create_or_update", NRT, rule)
    same(type(made).__name__, "NrtAlertRule")
    same((made.techniques, made.sub_techniques), (["T1543"], ["T1543.003"]))


@collect(STEPS, "alert rules: incidents of another Microsoft product")
async def microsoft(sdk):
    rule = microsoft_security(sdk, severities_filter=["High"])
    made = await sdk.call("alert_rules", "create_or_update", MICROSOFT, rule)
    same(type(made).__name__, "MicrosoftSecurityIncidentCreationAlertRule")
    same((made.severities_filter, made.display_names_filter), (["High"], None))


@collect(STEPS, "alert rules: the list is read page by page, and holds BuiltInFusion")
async def pages(sdk):
    pages = await sdk.pages("alert_rules", "list")
    same([len(page) for page in pages][:-1], [2] * (len(pages) - 1), "two rules in each page but the last")
    rules = {rule.name: type(rule).__name__ for page in pages for rule in page}
    same(rules.pop("BuiltInFusion"), "FusionAlertRule")
    same(rules.pop(SCHEDULED), "ScheduledAlertRule")
    same(rules.pop(MICROSOFT), "MicrosoftSecurityIncidentCreationAlertRule")


@collect(STEPS, "alert rules: an update with the etag that was read; a stale one is refused")
async def update(sdk):
    rule = await sdk.call("alert_rules", "get", SCHEDULED)
    first = rule.etag
    rule.severity = "High"
    updated = await sdk.call("alert_rules", "create_or_update", SCHEDULED, rule)
    same(updated.severity, "High")
    if updated.etag == first:
        raise AssertionError("the etag did not change")
    stale = scheduled(sdk, etag=first, severity="Low")
    await raises(
        ResourceExistsError, "Conflict", sdk.call("alert_rules", "create_or_update", SCHEDULED, stale)
    )
    same((await sdk.call("alert_rules", "get", SCHEDULED)).severity, "High", "the severity after the refusal")


@collect(STEPS, "alert rules: delete, and delete what is absent; the id rests for a while")
async def delete(sdk):
    name = "0d4a7e0c-52d5-4f8a-9a52-0c6a4a1f0004"
    await sdk.call("alert_rules", "create_or_update", name, scheduled(sdk))
    await sdk.call("alert_rules", "delete", name)
    await sdk.call("alert_rules", "delete", name)
    await raises(ResourceNotFoundError, "NotFound", sdk.call("alert_rules", "get", name))
    again = sdk.call("alert_rules", "create_or_update", name, scheduled(sdk))
    error = await raises(ResourceExistsError, "Conflict", again)
    if "recently deleted" not in error.message:
        raise AssertionError(error.message)
