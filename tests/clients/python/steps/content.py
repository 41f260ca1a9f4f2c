"""What others put into a workspace, and a client only reads."""

from .step import collect, same

STEPS = []
# Of the seed.
TEMPLATE = "a1d9e4c2-6f0b-4b63-8a35-2b1c9d7e0001"
REPOSITORY = "3c0e7f4a-1a51-4f6a-9a70-5d2e8b9c0001"


@collect(STEPS, "templates of alert rules: list and get")
async def templates(sdk):
    listed = await sdk.list("alert_rule_templates", "list")
    kinds = {one.name: type(one).__name__ for one in listed}
    same(kinds[TEMPLATE], "ScheduledAlertRuleTemplate")
    got = await sdk.call("alert_rule_templates", "get", TEMPLATE)
    same((got.display_name, got.status), ("Failed logons", "Available"))


@collect(STEPS, "content packages and templates: list", beta_only=True)
async def content(sdk):
    packages = await sdk.list("content_packages", "list")
    same([one.display_name for one in packages], ["Windows Security Events"])
    templates = await sdk.list("content_templates", "list")
    same([one.content_kind for one in templates], ["AnalyticsRule"])


@collect(STEPS, "source controls: list and get", beta_only=True)
async def source_controls(sdk):
    listed = await sdk.list("source_controls", "list")
    same([one.name for one in listed], [REPOSITORY])
    same((await sdk.call("source_controls", "get", REPOSITORY)).repo_type, "Github")
