"""Errors arrive as the SDK's own exceptions, with ARM's code and message."""

from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from .alert_rules import microsoft_security, scheduled
from .step import collect, raises, same

STEPS = []
NAME = "0d4a7e0c-52d5-4f8a-9a52-0c6a4a1f00ff"


@collect(STEPS, "refusals: what does not exist is a ResourceNotFoundError")
async def absent(sdk):
    for operations in ("alert_rules", "automation_rules", "watchlists", "incidents", "bookmarks"):
        error = await raises(ResourceNotFoundError, "NotFound", sdk.call(operations, "get", NAME))
        same(error.status_code, 404)


@collect(STEPS, "refusals: a rule that the service would not take is an HttpResponseError with its reason")
async def invalid(sdk):
    rule = scheduled(sdk, query="A" * 10_001)
    error = await raises(HttpResponseError, "BadRequest", sdk.call("alert_rules", "create_or_update", NAME, rule))
    same(error.status_code, 400)
    if "10000" not in error.message.replace(",", ""):
        raise AssertionError(error.message)


@collect(STEPS, "refusals: templateVersion without a template", beta_only=True)
async def template(sdk):
    rule = scheduled(sdk, template_version="1.0.0")
    error = await raises(HttpResponseError, "BadRequest", sdk.call("alert_rules", "create_or_update", NAME, rule))
    if "'templateVersion' can only be used if 'alertRuleTemplateName' is not empty" not in error.message:
        raise AssertionError(error.message)


@collect(STEPS, "refusals: a rule's kind can't change")
async def kind(sdk):
    await sdk.call("alert_rules", "create_or_update", NAME, scheduled(sdk))
    other = microsoft_security(sdk)
    await raises(HttpResponseError, "BadRequest", sdk.call("alert_rules", "create_or_update", NAME, other))
