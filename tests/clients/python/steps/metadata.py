"""Metadata: who a rule belongs to."""

from azure.core.exceptions import ResourceNotFoundError

from .alert_rules import SCHEDULED
from .step import collect, raises, same

STEPS = []
NAME = f"analyticsrule-{SCHEDULED}"
OTHER = "analyticsrule-other"


def metadata(sdk, **over):
    properties = dict(
        kind="AnalyticsRule", parent_id=sdk.id(f"alertRules/{SCHEDULED}"), content_id=SCHEDULED, version="1.0.0",
        custom_version="a1b2c3",
        source=sdk.models.MetadataSource(kind="SourceRepository", name="detections", source_id="contoso/detections"),
    )
    return sdk.models.MetadataModel(**{**properties, **over})


@collect(STEPS, "metadata: create, get, list, and a default source", beta_only=True)
async def create(sdk):
    same((await sdk.call("metadata", "create", NAME, metadata(sdk))).source.source_id, "contoso/detections")
    same((await sdk.call("metadata", "get", NAME)).custom_version, "a1b2c3")
    other = await sdk.call("metadata", "create", OTHER, metadata(sdk, source=None, kind="Watchlist"))
    same(other.source.kind, "LocalWorkspace")
    same(sorted(one.name for one in await sdk.list("metadata", "list")), sorted([NAME, OTHER]))


@collect(STEPS, "metadata: $filter, $top and $skip", beta_only=True)
async def filtered(sdk):
    found = await sdk.list("metadata", "list", filter="properties/kind eq 'AnalyticsRule'")
    same([one.name for one in found], [NAME])
    names = [one.name for one in await sdk.list("metadata", "list")]
    same([one.name for one in await sdk.list("metadata", "list", top=1, skip=1)], names[1:2])


@collect(STEPS, "metadata: a PATCH changes what it names and nothing else", beta_only=True)
async def patch(sdk):
    patched = await sdk.call("metadata", "update", NAME, sdk.models.MetadataPatch(custom_version="d4e5f6"))
    for one in (patched, await sdk.call("metadata", "get", NAME)):
        same((one.custom_version, one.version, one.source.source_id), ("d4e5f6", "1.0.0", "contoso/detections"))


@collect(STEPS, "metadata: delete", beta_only=True)
async def delete(sdk):
    for name in (NAME, OTHER):
        await sdk.call("metadata", "delete", name)
    await raises(ResourceNotFoundError, "NotFound", sdk.call("metadata", "get", NAME))
