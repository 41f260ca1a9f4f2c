// Incidents: read as tuning reads them, closed as automation closes them, with what hangs on them.

import { call, list, pages } from "../sdk.mjs";
import { refused, same, step } from "./step.mjs";

const incident = (number) => `84f12baa-ed08-42ec-a84a-a84741110f0${number}`;
const BOOKMARK = "3327e1f2-a2f4-4a13-9afe-e3e09d640001";
// Of the seed: an incident with an alert, entities and a bookmark.
const SEEDED = "6a1d6b0e-0c4f-4f0e-9c54-7f1d7a0e0001";

step("incidents: create, get, update with etag", async () => {
  for (const [number, severity] of ["High", "Low", "Low", "Medium"].entries()) {
    const body = { title: `Incident ${number}`, severity, status: "New" };
    await call("incidents", "createOrUpdate", incident(number), body);
  }
  const { etag, labels, createdTimeUtc } = await call("incidents", "get", incident(1));
  same(labels, []);
  const closed = await call("incidents", "createOrUpdate", incident(1), {
    etag,
    title: "Incident 1",
    severity: "Low",
    status: "Closed",
    classification: "FalsePositive",
    classificationReason: "IncorrectAlertLogic",
    owner: { objectId: "2046feea-040d-4a46-9e2b-91c2941bfa70" },
  });
  same([closed.status, closed.classification, closed.createdTimeUtc], ["Closed", "FalsePositive", createdTimeUtc]);
  same(closed.owner.objectId, "2046feea-040d-4a46-9e2b-91c2941bfa70");
});

step("incidents: $filter, $orderby and $top, page by page", async () => {
  const low = await list("incidents", "list", { filter: "properties/severity eq 'Low'" });
  same(low.map(({ title }) => title).sort(), ["Incident 1", "Incident 2"]);
  const newest = await list("incidents", "list", { orderby: "properties/createdTimeUtc desc" });
  const times = newest.map(({ createdTimeUtc }) => Number(createdTimeUtc));
  same(times, [...times].sort((a, b) => b - a));
  const [first] = await pages("incidents", "list", { orderby: "properties/createdTimeUtc desc", top: 1 });
  same(first.map(({ name }) => name), [newest[0].name]);
});

step("incidents: comments", async () => {
  const name = "5cc47c8c-37aa-4e2d-8dcf-1e9cbeb10001";
  await call("incidentComments", "createOrUpdate", incident(0), name, { message: "Agreed with the customer" });
  same((await call("incidentComments", "get", incident(0), name)).message, "Agreed with the customer");
  same((await list("incidentComments", "list", incident(0))).map((one) => one.name), [name]);
  await call("incidentComments", "delete", incident(0), name);
  same(await list("incidentComments", "list", incident(0)), []);
});

step("bookmarks, and the relation of one to an incident", async () => {
  const made = await call("bookmarks", "createOrUpdate", BOOKMARK, {
    displayName: "An odd logon",
    query: "SecurityEvent | where Account == 'vip1'",
    labels: ["odd"],
  });
  const relation = { relatedResourceId: made.id };
  await call("incidentRelations", "createOrUpdate", incident(0), "relation-1", relation);
  same((await call("incidentRelations", "get", incident(0), "relation-1")).relatedResourceName, BOOKMARK);
  same((await list("incidentRelations", "list", incident(0))).length, 1);
  await call("incidentRelations", "delete", incident(0), "relation-1");
  await call("bookmarks", "delete", BOOKMARK);
});

step("incidents: the alerts, entities and bookmarks of one", async () => {
  const alerts = await call("incidents", "listAlerts", SEEDED);
  same(alerts.value.map(({ alertDisplayName }) => alertDisplayName), ["Failed logons of vip1"]);
  const { entities, metaData } = await call("incidents", "listEntities", SEEDED);
  same(entities.map(({ kind }) => kind), ["Account", "Ip"]);
  same(metaData.map(({ entityKind, count }) => [entityKind, count]), [["Account", 1], ["Ip", 1]]);
  same((await call("incidents", "listBookmarks", SEEDED)).value.map(({ kind }) => kind), ["Bookmark"]);
});

step("incidents: delete", async () => {
  for (const number of [0, 1, 2, 3]) await call("incidents", "delete", incident(number));
  await refused(404, "NotFound", call("incidents", "get", incident(0)));
});
