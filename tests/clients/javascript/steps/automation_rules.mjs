// Automation rules: conditions, actions, etag.

import { call, id, list } from "../sdk.mjs";
import { SCHEDULED } from "./alert_rules.mjs";
import { refused, same, step } from "./step.mjs";

const NAME = "af2b7a6d-4d40-4e4a-9b6f-7a6c6c3d0001";

const rule = (over = {}) => ({
  displayName: "Close the pentest",
  order: 10,
  triggeringLogic: {
    isEnabled: true,
    triggersOn: "Incidents",
    triggersWhen: "Created",
    expirationTimeUtc: new Date("2099-12-31T23:59:00Z"),
    conditions: [
      {
        conditionType: "Property",
        conditionProperties: {
          propertyName: "IncidentRelatedAnalyticRuleIds",
          operator: "Contains",
          propertyValues: [id(`alertRules/${SCHEDULED}`)],
        },
      },
    ],
  },
  actions: [
    {
      actionType: "ModifyProperties",
      order: 1,
      actionConfiguration: {
        status: "Closed",
        classification: "BenignPositive",
        classificationReason: "SuspiciousButExpected",
        labels: [{ labelName: "pentest" }],
      },
    },
  ],
  ...over,
});

const put = (body) => call("automationRules", "createOrUpdate", NAME, { automationRuleToUpsert: body });

step("automation rules: create, get, list", async () => {
  await put(rule());
  const got = await call("automationRules", "get", NAME);
  same(got.triggeringLogic.conditions[0].conditionProperties.operator, "Contains");
  same(got.triggeringLogic.expirationTimeUtc, new Date("2099-12-31T23:59:00Z"));
  same(got.actions[0].actionConfiguration.classification, "BenignPositive");
  same(Boolean(got.createdBy && got.createdTimeUtc), true, "who made it, and when");
  same((await list("automationRules", "list")).map(({ name }) => name), [NAME]);
});

step("automation rules: update with etag; a stale one and a wrong order are refused", async () => {
  const { etag } = await call("automationRules", "get", NAME);
  same((await put(rule({ etag, order: 20 }))).order, 20);
  await refused(409, "Conflict", put(rule({ etag })));
  await refused(400, "BadRequest", put(rule({ order: 1001 })));
});

step("automation rules: delete, and delete what is absent", async () => {
  await call("automationRules", "delete", NAME);
  await call("automationRules", "delete", NAME);
  await refused(404, "NotFound", call("automationRules", "get", NAME));
});
