"""Resources that recordings and examples take to exist."""

from typing import Any

SOME_RULE = {
    "kind": "Scheduled",
    "properties": {
        "displayName": "A rule", "enabled": False, "severity": "Low", "query": "SecurityEvent",
        "queryFrequency": "PT1H", "queryPeriod": "PT1H", "triggerOperator": "GreaterThan", "triggerThreshold": 0,
        "suppressionDuration": "PT1H", "suppressionEnabled": False,
    },
}

# One valid resource of each type that a client may write; what it may not is for a seed.
SOME = {
    "alertRules": SOME_RULE,
    "alertRules/actions": {
        "properties": {
            "triggerUri": "https://prod.logic.azure.com/x", "logicAppResourceId": "/subscriptions/s/workflows/w",
        },
    },
    "automationRules": {
        "properties": {
            "displayName": "An automation rule", "order": 1, "actions": [],
            "triggeringLogic": {"isEnabled": True, "triggersOn": "Incidents", "triggersWhen": "Created"},
        },
    },
    "metadata": {"properties": {"kind": "AnalyticsRule", "parentId": "/subscriptions/s/alertRules/r"}},
    "incidents": {"properties": {"title": "An incident", "severity": "Low", "status": "New"}},
    "incidents/comments": {"properties": {"message": "A comment"}},
    "incidents/tasks": {"properties": {"title": "A task", "status": "New"}},
    "incidents/relations": {"properties": {"relatedResourceId": "/subscriptions/s/bookmarks/b"}},
    "bookmarks": {"properties": {"displayName": "A bookmark", "query": "SecurityEvent"}},
    "watchlists": {"properties": {"displayName": "A watchlist", "provider": "Us", "itemsSearchKey": "key"}},
    "watchlists/watchlistItems": {"properties": {"itemsKeyValue": {"key": "value"}}},
    "onboardingStates": {"properties": {}},
}
WRITABLE = tuple(SOME)
# What the service adds to a resource, and a client does not send.
READ_ONLY = ("id", "name", "type", "etag", "systemData")
# Fusion rules are the service's own: a client says which template, and whether it is on.
FUSION = ("enabled", "alertRuleTemplateName", "sourceSettings", "scenarioExclusionPatterns")


def writable(resource: Any) -> Any:
    """What a client would have sent for a resource that the service shows."""
    body = {key: value for key, value in resource.items() if key not in READ_ONLY}
    if body.get("kind") == "Fusion":
        body["properties"] = {key: value for key, value in body["properties"].items() if key in FUSION}
    if resource.get("type", "").lower().endswith("alertrules/actions"):
        # The address of the playbook is a secret that is never shown.
        body["properties"] = {**body["properties"], "triggerUri": "https://prod.logic.azure.com/x"}
    return body
