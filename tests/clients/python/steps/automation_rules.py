"""Automation rules: conditions, actions, etag."""

from datetime import datetime, timezone

from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError

from .alert_rules import SCHEDULED
from .step import collect, raises, same

STEPS = []
NAME = "9e1a6f5c-3c3f-4d39-8a5e-6f5b5b2c0001"


def rule(sdk, **over):
    condition = sdk.models.PropertyConditionProperties(
        condition_properties=sdk.models.AutomationRulePropertyValuesCondition(
            property_name="IncidentRelatedAnalyticRuleIds", operator="Contains",
            property_values=[sdk.id(f"alertRules/{SCHEDULED}")],
        )
    )
    logic = sdk.models.AutomationRuleTriggeringLogic(
        is_enabled=True, triggers_on="Incidents", triggers_when="Created", conditions=[condition],
        expiration_time_utc=datetime(2099, 12, 31, 23, 59, tzinfo=timezone.utc),
    )
    close = sdk.models.AutomationRuleModifyPropertiesAction(
        order=1,
        action_configuration=sdk.models.IncidentPropertiesAction(
            status="Closed", classification="BenignPositive", classification_reason="SuspiciousButExpected",
            classification_comment="CHG-1300", labels=[sdk.models.IncidentLabel(label_name="pentest")],
        ),
    )
    playbook = sdk.models.AutomationRuleRunPlaybookAction(
        order=2,
        action_configuration=sdk.models.PlaybookActionProperties(
            logic_app_resource_id="/subscriptions/s/resourceGroups/rg/providers/Microsoft.Logic/workflows/p",
            tenant_id="11111111-1111-4111-8111-111111111111",
        ),
    )
    properties = dict(display_name="Close the pentest", order=10, triggering_logic=logic, actions=[close, playbook])
    return sdk.models.AutomationRule(**{**properties, **over})


@collect(STEPS, "automation rules: create, get, list")
async def create(sdk):
    made = await sdk.call("automation_rules", "create_or_update", NAME, rule(sdk))
    got = await sdk.call("automation_rules", "get", NAME)
    for one in (made, got):
        same([type(action).__name__ for action in one.actions], [
            "AutomationRuleModifyPropertiesAction", "AutomationRuleRunPlaybookAction",
        ])
        same(one.actions[0].action_configuration.severity, None)
        same(one.triggering_logic.expiration_time_utc.year, 2099)
        same(one.triggering_logic.conditions[0].condition_properties.operator, "Contains")
    if not got.created_by or got.created_time_utc is None:
        raise AssertionError("who made it, and when, is missing")
    same([one.name for one in await sdk.list("automation_rules", "list")], [NAME])


@collect(STEPS, "automation rules: update with etag; a stale one and a wrong order are refused")
async def update(sdk):
    one = await sdk.call("automation_rules", "get", NAME)
    first = one.etag
    one.order = 20
    same((await sdk.call("automation_rules", "create_or_update", NAME, one)).order, 20)
    stale = rule(sdk, etag=first)
    await raises(ResourceExistsError, "Conflict", sdk.call("automation_rules", "create_or_update", NAME, stale))
    wrong = rule(sdk, order=1001)
    await raises(HttpResponseError, "BadRequest", sdk.call("automation_rules", "create_or_update", NAME, wrong))


@collect(STEPS, "automation rules: delete, and delete what is absent")
async def delete(sdk):
    await sdk.call("automation_rules", "delete", NAME)
    if not sdk.is_beta:  # 2.0.0b4 looks for JSON in the empty body of a 204.
        await sdk.call("automation_rules", "delete", NAME)
    await raises(ResourceNotFoundError, "NotFound", sdk.call("automation_rules", "get", NAME))
