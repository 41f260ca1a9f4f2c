// The actions of a rule: playbooks that answer to it.

import { call, list } from "../sdk.mjs";
import { SCHEDULED } from "./alert_rules.mjs";
import { refused, same, step } from "./step.mjs";

const NAME = "6c6d1f3f-af6f-4b62-9e8c-3c8f7e2d0001";
const PLAYBOOK = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Logic/workflows/p";

step("actions: create, get, list, delete", async () => {
  const action = { logicAppResourceId: PLAYBOOK, triggerUri: "https://prod-1.westeurope.logic.azure.com/w?sig=s" };
  await call("actions", "createOrUpdate", SCHEDULED, NAME, action);
  same((await call("actions", "get", SCHEDULED, NAME)).logicAppResourceId, PLAYBOOK);
  same((await list("actions", "listByAlertRule", SCHEDULED)).map(({ name }) => name), [NAME]);
  await call("actions", "delete", SCHEDULED, NAME);
  await refused(404, "NotFound", call("actions", "get", SCHEDULED, NAME));
});
