// Alert rules of each kind that a client may write, and the one that is there by itself.

import { call, pages } from "../sdk.mjs";
import { refused, same, step } from "./step.mjs";

export const SCHEDULED = "1e5b8f1d-63e6-4a9b-8b63-1d7b5b2a0001";
const NRT = "1e5b8f1d-63e6-4a9b-8b63-1d7b5b2a0002";
const MICROSOFT = "1e5b8f1d-63e6-4a9b-8b63-1d7b5b2a0003";
const DELETED = "1e5b8f1d-63e6-4a9b-8b63-1d7b5b2a0004";
const QUERY = "SecurityEvent\r\n| where EventID == 4625  \r\n| summarize Failures = count() by Account\r\n";

const nrt = (over = {}) => ({
  kind: "NRT",
  displayName: "Failed logons",
  description: "Many failed logons of one account",
  enabled: true,
  severity: "Medium",
  query: QUERY,
  suppressionDuration: "PT1H",
  suppressionEnabled: false,
  tactics: ["CredentialAccess"],
  techniques: ["T1110"],
  customDetails: { Failures: "Failures" },
  entityMappings: [{ entityType: "Account", fieldMappings: [{ identifier: "FullName", columnName: "Account" }] }],
  eventGroupingSettings: { aggregationKind: "SingleAlert" },
  alertDetailsOverride: { alertDisplayNameFormat: "Failed logons of {{Account}}" },
  ...over,
});

export const scheduled = (over = {}) =>
  nrt({
    kind: "Scheduled",
    queryFrequency: "PT1H",
    queryPeriod: "P1D",
    triggerOperator: "GreaterThan",
    triggerThreshold: 10,
    incidentConfiguration: {
      createIncident: true,
      groupingConfiguration: {
        enabled: true,
        reopenClosedIncident: false,
        lookbackDuration: "PT5H",
        matchingMethod: "Selected",
        groupByEntities: ["Account"],
      },
    },
    ...over,
  });

export const microsoft = (over = {}) => ({
  kind: "MicrosoftSecurityIncidentCreation",
  displayName: "Incidents of Defender",
  enabled: true,
  productFilter: "Azure Security Center",
  ...over,
});

step("alert rules: a scheduled rule comes back as it was sent", async () => {
  const made = await call("alertRules", "createOrUpdate", SCHEDULED, scheduled());
  const got = await call("alertRules", "get", SCHEDULED);
  for (const rule of [made, got]) {
    for (const [name, value] of Object.entries(scheduled())) {
      if (!["incidentConfiguration", "alertDetailsOverride"].includes(name)) same(rule[name], value, name);
    }
    const { groupingConfiguration } = rule.incidentConfiguration;
    same(groupingConfiguration.groupByEntities, ["Account"]);
    same(rule.alertDetailsOverride.alertDisplayNameFormat, "Failed logons of {{Account}}");
  }
  same(got.etag, made.etag);
});

step("alert rules: an NRT rule, and incidents of another Microsoft product", async () => {
  same((await call("alertRules", "createOrUpdate", NRT, nrt())).kind, "NRT");
  const rule = await call("alertRules", "createOrUpdate", MICROSOFT, microsoft({ severitiesFilter: ["High"] }));
  same(rule.severitiesFilter, ["High"]);
});

step("alert rules: the list is read page by page, and holds BuiltInFusion", async () => {
  const found = await pages("alertRules", "list");
  same(found.slice(0, -1).map((page) => page.length), Array(found.length - 1).fill(2));
  const kinds = Object.fromEntries(found.flat().map(({ name, kind }) => [name, kind]));
  same(kinds.BuiltInFusion, "Fusion");
  same([kinds[SCHEDULED], kinds[NRT]], ["Scheduled", "NRT"]);
});

step("alert rules: an update with the etag that was read; a stale one is refused", async () => {
  const { etag } = await call("alertRules", "get", SCHEDULED);
  const updated = await call("alertRules", "createOrUpdate", SCHEDULED, scheduled({ etag, severity: "High" }));
  same(updated.severity, "High");
  await refused(409, "Conflict", call("alertRules", "createOrUpdate", SCHEDULED, scheduled({ etag, severity: "Low" })));
  same((await call("alertRules", "get", SCHEDULED)).severity, "High");
});

step("alert rules: delete, and delete what is absent; the id rests for a while", async () => {
  await call("alertRules", "createOrUpdate", DELETED, scheduled());
  await call("alertRules", "delete", DELETED);
  await call("alertRules", "delete", DELETED);
  await refused(404, "NotFound", call("alertRules", "get", DELETED));
  const message = await refused(409, "Conflict", call("alertRules", "createOrUpdate", DELETED, scheduled()));
  same(message.includes("recently deleted"), true, message);
});
