"""What az does: sign in to a cloud that is the emulator, and read and write with `az rest`."""

import os
from functools import partial
from typing import Callable, List, Tuple

from harness.report import note

from az import SUBSCRIPTION, TENANT, Az, Refused

STEPS: List[Tuple[str, Callable[[Az], None]]] = []

RULE = {
    "kind": "Scheduled",
    "properties": {
        "displayName": "Failed logons", "enabled": True, "severity": "Medium", "query": "SecurityEvent",
        "queryFrequency": "PT1H", "queryPeriod": "P1D", "triggerOperator": "GreaterThan", "triggerThreshold": 10,
        "suppressionDuration": "PT1H", "suppressionEnabled": False,
    },
}
AUTOMATION = {
    "properties": {
        "displayName": "Close the pentest", "order": 10,
        "triggeringLogic": {"isEnabled": True, "triggersOn": "Incidents", "triggersWhen": "Created"},
        "actions": [
            {"order": 1, "actionType": "ModifyProperties", "actionConfiguration": {"severity": "Low"}},
        ],
    },
}


def step(name: str) -> Callable:
    def add(run: Callable[[Az], None]) -> Callable[[Az], None]:
        STEPS.append((name, run))
        return run
    return add


def same(actual, expected) -> None:
    if actual != expected:
        raise AssertionError(f"{actual!r}, and not {expected!r}")


@step("az cloud register, cloud set: az finds everything else at /metadata/endpoints")
def cloud(az: Az) -> None:
    az.run("cloud", "register", "--name", "palisade", "--endpoint-resource-manager", os.environ["CLIENTS_HTTPS"])
    az.run("cloud", "set", "--name", "palisade")
    same(az.run("cloud", "show")["name"], "palisade")


@step("az login --service-principal, account list")
def login(az: Az) -> None:
    az.run(
        "login", "--service-principal", "--username", "22222222-2222-4222-8222-222222222222", "--password", "secret",
        "--tenant", TENANT,
    )
    found = {one["id"]: one["tenantId"] for one in az.run("account", "list")}
    same(found[SUBSCRIPTION], TENANT)
    az.run("account", "set", "--subscription", SUBSCRIPTION)


@step("az rest: an alert rule is created, read, listed by pages, updated with its etag")
def alert_rules(az: Az) -> None:
    made = az.rest("put", "alertRules/rule-1", RULE)
    same(az.rest("get", "alertRules/rule-1")["etag"], made["etag"])
    az.rest("put", "alertRules/rule-2", RULE)
    page = az.rest("get", "alertRules")
    same(len(page["value"]), 2)
    rest = az.run("rest", "--method", "get", "--uri", page["nextLink"])["value"]
    names = [rule["name"] for rule in page["value"] + rest]
    same(set(names) >= {"BuiltInFusion", "rule-1", "rule-2"}, True)
    updated = az.rest("put", "alertRules/rule-1", {**RULE, "etag": made["etag"]})
    same(updated["etag"] != made["etag"], True)


@step("az rest: a stale etag is refused, with ARM's words")
def conflict(az: Az) -> None:
    stale = {**RULE, "etag": '"00000000-0000-0100-0000-000000000000"'}
    refused(lambda: az.rest("put", "alertRules/rule-1", stale), "Conflict", "Etag does not match")


@step("az rest: automation rules, metadata, watchlists")
def others(az: Az) -> None:
    az.rest("put", "automationRules/automation-1", AUTOMATION)
    same([one["name"] for one in az.rest("get", "automationRules")["value"]], ["automation-1"])
    kind = {"properties": {"kind": "AnalyticsRule", "parentId": "/subscriptions/s/alertRules/rule-1"}}
    az.rest("put", "metadata/analyticsrule-1", kind)
    patched = az.rest("patch", "metadata/analyticsrule-1", {"properties": {"customVersion": "a1"}})
    same((patched["properties"]["customVersion"], patched["properties"]["kind"]), ("a1", "AnalyticsRule"))
    watchlist = {"properties": {"displayName": "VIP", "provider": "Contoso", "itemsSearchKey": "account"}}
    az.rest("put", "watchlists/vip", watchlist)
    az.rest("put", "watchlists/vip/watchlistItems/1", {"properties": {"itemsKeyValue": {"account": "vip1"}}})
    same(len(az.rest("get", "watchlists/vip/watchlistItems")["value"]), 1)


@step("az rest: incidents are read and closed")
def incidents(az: Az) -> None:
    body = {"properties": {"title": "An incident", "severity": "Low", "status": "New"}}
    az.rest("put", "incidents/incident-1", body)
    body["properties"].update(status="Closed", classification="Undetermined")
    same(az.rest("put", "incidents/incident-1", body)["properties"]["status"], "Closed")
    closed = az.rest("get", "incidents?$filter=properties/status eq 'Closed'")["value"]
    same([one["name"] for one in closed], ["incident-1"])


@step("az rest: what is deleted is gone")
def delete(az: Az) -> None:
    for path in (
        "alertRules/rule-1", "automationRules/automation-1", "metadata/analyticsrule-1", "watchlists/vip",
        "incidents/incident-1",
    ):
        az.rest("delete", path)
        refused(partial(az.rest, "get", path), "NotFound")


@step("az sentinel: the extension lists the rules, where it can be had")
def extension(az: Az) -> None:
    try:
        az.run("extension", "add", "--name", "sentinel", "--yes")
    except Refused as error:
        # It is in no registry: its wheel is on Microsoft's blob storage. Without that there is nothing to judge.
        note(f"az sentinel was not run: {str(error).splitlines()[0]}")
        return
    workspace = ("--resource-group", "rg-clients", "--workspace-name", "law-clients")
    same("rule-2" in [rule["name"] for rule in az.run("sentinel", "alert-rule", "list", *workspace)], True)


def refused(call: Callable, *words: str) -> None:
    """az must end with an error that holds these words."""
    try:
        answer = call()
    except Refused as error:
        missing = [word for word in words if word not in str(error)]
        if missing:
            raise AssertionError(f"{missing} not in {error}") from error
        return
    raise AssertionError(f"az should have been refused, and got {answer!r}")
