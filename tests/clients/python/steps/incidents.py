"""Incidents: read as tuning reads them, closed as automation closes them, with what hangs on them."""

from azure.core.exceptions import ResourceNotFoundError

from .step import collect, raises, same

STEPS = []
INCIDENT = "73e01a99-5cd7-4139-a149-9f2736ff{:04d}"
BOOKMARK = "2216d0e1-91e3-4902-89fd-d2df8c530001"
# Of the seed: an incident with an alert, entities and a bookmark.
SEEDED = "6a1d6b0e-0c4f-4f0e-9c54-7f1d7a0e0001"


@collect(STEPS, "incidents: create, get, update with etag")
async def create(sdk):
    for number, severity in enumerate(["High", "Low", "Low", "Medium"]):
        incident = sdk.models.Incident(title=f"Incident {number}", severity=severity, status="New")
        await sdk.call("incidents", "create_or_update", INCIDENT.format(number), incident)
    incident = await sdk.call("incidents", "get", INCIDENT.format(1))
    same((incident.labels, incident.additional_data.alerts_count), ([], 0))
    incident.status = "Closed"
    incident.classification = "FalsePositive"
    incident.classification_reason = "IncorrectAlertLogic"
    incident.owner = sdk.models.IncidentOwnerInfo(object_id="2046feea-040d-4a46-9e2b-91c2941bfa70")
    closed = await sdk.call("incidents", "create_or_update", INCIDENT.format(1), incident)
    same((closed.status, closed.classification), ("Closed", "FalsePositive"))
    same(closed.owner.object_id, "2046feea-040d-4a46-9e2b-91c2941bfa70")
    same(closed.created_time_utc, incident.created_time_utc, "the time of creation")


@collect(STEPS, "incidents: $filter, $orderby and $top, page by page")
async def filtered(sdk):
    low = await sdk.list("incidents", "list", filter="properties/severity eq 'Low'")
    same(sorted(one.title for one in low), ["Incident 1", "Incident 2"])
    both = "properties/status eq 'Closed' and properties/severity eq 'Low'"
    closed = await sdk.list("incidents", "list", filter=both)
    same([one.title for one in closed], ["Incident 1"])
    newest = await sdk.list("incidents", "list", orderby="properties/createdTimeUtc desc")
    times = [one.created_time_utc for one in newest]
    same(times, sorted(times, reverse=True), "newest first")
    first = (await sdk.pages("incidents", "list", orderby="properties/createdTimeUtc desc", top=1))[0]
    same([one.name for one in first], [newest[0].name])


@collect(STEPS, "incidents: comments")
async def comments(sdk):
    name = "4bb36b7b-26ff-4d1c-9cbe-0d8ab3da0001"
    comment = sdk.models.IncidentComment(message="Agreed with the customer")
    made = await sdk.call("incident_comments", "create_or_update", INCIDENT.format(0), name, comment)
    same(made.message, "Agreed with the customer")
    listed = await sdk.list("incident_comments", "list", INCIDENT.format(0))
    same([one.name for one in listed], [name])
    same((await sdk.call("incident_comments", "get", INCIDENT.format(0), name)).etag, made.etag)
    await sdk.call("incident_comments", "delete", INCIDENT.format(0), name)
    same(await sdk.list("incident_comments", "list", INCIDENT.format(0)), [])


@collect(STEPS, "incidents: tasks", beta_only=True)
async def tasks(sdk):
    name = "4bb36b7b-26ff-4d1c-9cbe-0d8ab3da0002"
    task = sdk.models.IncidentTask(title="Call the customer", description="Before noon", status="New")
    made = await sdk.call("incident_tasks", "create_or_update", INCIDENT.format(0), name, task)
    same(made.status, "New")
    made.status = "Completed"
    same((await sdk.call("incident_tasks", "create_or_update", INCIDENT.format(0), name, made)).status, "Completed")
    same([one.title for one in await sdk.list("incident_tasks", "list", INCIDENT.format(0))], ["Call the customer"])
    await sdk.call("incident_tasks", "delete", INCIDENT.format(0), name)


@collect(STEPS, "bookmarks, and the relation of one to an incident")
async def bookmarks(sdk):
    bookmark = sdk.models.Bookmark(
        display_name="An odd logon", query="SecurityEvent | where Account == 'vip1'", query_result="{}",
        labels=["odd"], notes="Seen twice",
    )
    made = await sdk.call("bookmarks", "create_or_update", BOOKMARK, bookmark)
    same(made.display_name, "An odd logon")
    relation = sdk.models.Relation(related_resource_id=made.id)
    await sdk.call("incident_relations", "create_or_update", INCIDENT.format(0), "relation-1", relation)
    got = await sdk.call("incident_relations", "get", INCIDENT.format(0), "relation-1")
    same(got.related_resource_name, BOOKMARK)
    same([one.name for one in await sdk.list("incident_relations", "list", INCIDENT.format(0))], ["relation-1"])
    await sdk.call("incident_relations", "delete", INCIDENT.format(0), "relation-1")
    same(BOOKMARK in [one.name for one in await sdk.list("bookmarks", "list")], True)
    await sdk.call("bookmarks", "delete", BOOKMARK)


@collect(STEPS, "incidents: the alerts, entities and bookmarks of one")
async def evidence(sdk):
    alerts = (await sdk.call("incidents", "list_alerts", SEEDED)).value
    same([alert.alert_display_name for alert in alerts], ["Failed logons of vip1"])
    entities = await sdk.call("incidents", "list_entities", SEEDED)
    same([type(entity).__name__ for entity in entities.entities], ["AccountEntity", "IpEntity"])
    same({one.entity_kind: one.count for one in entities.meta_data}, {"Account": 1, "Ip": 1})
    bookmarks = (await sdk.call("incidents", "list_bookmarks", SEEDED)).value
    same([type(bookmark).__name__ for bookmark in bookmarks], ["HuntingBookmark"])


@collect(STEPS, "incidents: delete")
async def delete(sdk):
    for number in range(4):
        await sdk.call("incidents", "delete", INCIDENT.format(number))
    await raises(ResourceNotFoundError, "NotFound", sdk.call("incidents", "get", INCIDENT.format(0)))
