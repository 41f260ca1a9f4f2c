// Errors arrive as the SDK's own RestError, with ARM's code and message.

import { call } from "../sdk.mjs";
import { microsoft, scheduled } from "./alert_rules.mjs";
import { refused, same, step } from "./step.mjs";

const NAME = "1e5b8f1d-63e6-4a9b-8b63-1d7b5b2a00ff";

step("refusals: what does not exist", async () => {
  for (const operations of ["alertRules", "automationRules", "metadata", "watchlists", "incidents", "bookmarks"]) {
    await refused(404, "NotFound", call(operations, "get", NAME));
  }
});

step("refusals: a rule that the service would not take, with its reason", async () => {
  const tooLong = scheduled({ query: "A".repeat(10_001) });
  const message = await refused(400, "BadRequest", call("alertRules", "createOrUpdate", NAME, tooLong));
  same(message.replaceAll(",", "").includes("10000"), true, message);
  const reason = await refused(
    400, "BadRequest", call("alertRules", "createOrUpdate", NAME, scheduled({ templateVersion: "1.0.0" })),
  );
  same(reason.includes("'templateVersion' can only be used if 'alertRuleTemplateName' is not empty"), true, reason);
});

step("refusals: a rule's kind can't change", async () => {
  await call("alertRules", "createOrUpdate", NAME, scheduled());
  await refused(400, "BadRequest", call("alertRules", "createOrUpdate", NAME, microsoft()));
});
