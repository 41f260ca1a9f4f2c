"""The actions of a rule: playbooks that answer to it."""

from azure.core.exceptions import ResourceNotFoundError

from .alert_rules import SCHEDULED
from .step import collect, raises, same

STEPS = []
NAME = "5b5c0e2e-9f5e-4a51-8d7b-2b7f6d1c0001"
PLAYBOOK = "/subscriptions/5f3c0a6e-7d1b-4c52-9b0e-2a4c8e6d1f00/resourceGroups/rg/providers/Microsoft.Logic/workflows/p"


@collect(STEPS, "actions: create, get, list, delete")
async def crud(sdk):
    action = sdk.models.ActionRequest(
        logic_app_resource_id=PLAYBOOK,
        trigger_uri="https://prod-1.westeurope.logic.azure.com/workflows/w/triggers/t/paths/invoke?sig=s",
    )
    made = await sdk.call("actions", "create_or_update", SCHEDULED, NAME, action)
    same(made.name, NAME)
    got = await sdk.call("actions", "get", SCHEDULED, NAME)
    same(got.logic_app_resource_id, PLAYBOOK)
    same([one.name for one in await sdk.list("actions", "list_by_alert_rule", SCHEDULED)], [NAME])
    await sdk.call("actions", "delete", SCHEDULED, NAME)
    await raises(ResourceNotFoundError, "NotFound", sdk.call("actions", "get", SCHEDULED, NAME))
