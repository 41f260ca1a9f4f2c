// Metadata: who a rule belongs to.

import { call, id, list } from "../sdk.mjs";
import { SCHEDULED } from "./alert_rules.mjs";
import { refused, same, step } from "./step.mjs";

const NAME = `analyticsrule-${SCHEDULED}`;
const OTHER = "analyticsrule-other";

const metadata = (over = {}) => ({
  kind: "AnalyticsRule",
  parentId: id(`alertRules/${SCHEDULED}`),
  contentId: SCHEDULED,
  version: "1.0.0",
  customVersion: "a1b2c3",
  source: { kind: "SourceRepository", name: "detections", sourceId: "contoso/detections" },
  ...over,
});

step("metadata: create, get, list, and a default source", async () => {
  await call("metadata", "create", NAME, metadata());
  same((await call("metadata", "get", NAME)).source.sourceId, "contoso/detections");
  const other = await call("metadata", "create", OTHER, metadata({ source: undefined, kind: "Watchlist" }));
  same(other.source.kind, "LocalWorkspace");
  same((await list("metadata", "list")).map(({ name }) => name).sort(), [NAME, OTHER].sort());
});

step("metadata: $filter, $top and $skip", async () => {
  const found = await list("metadata", "list", { filter: "properties/kind eq 'AnalyticsRule'" });
  same(found.map(({ name }) => name), [NAME]);
  const names = (await list("metadata", "list")).map(({ name }) => name);
  same((await list("metadata", "list", { top: 1, skip: 1 })).map(({ name }) => name), names.slice(1, 2));
});

step("metadata: a PATCH changes what it names and nothing else", async () => {
  await call("metadata", "update", NAME, { customVersion: "d4e5f6" });
  const { customVersion, version, source } = await call("metadata", "get", NAME);
  same([customVersion, version, source.sourceId], ["d4e5f6", "1.0.0", "contoso/detections"]);
});

step("metadata: delete", async () => {
  await call("metadata", "delete", NAME);
  await call("metadata", "delete", OTHER);
  await refused(404, "NotFound", call("metadata", "get", NAME));
});
