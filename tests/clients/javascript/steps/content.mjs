// What others put into a workspace, and a client only reads.

import { call, list } from "../sdk.mjs";
import { same, step } from "./step.mjs";

// Of the seed.
const TEMPLATE = "a1d9e4c2-6f0b-4b63-8a35-2b1c9d7e0001";
const REPOSITORY = "3c0e7f4a-1a51-4f6a-9a70-5d2e8b9c0001";

step("templates of alert rules: list and get", async () => {
  same((await list("alertRuleTemplates", "list")).map(({ name }) => name).includes(TEMPLATE), true);
  const { kind, displayName, status } = await call("alertRuleTemplates", "get", TEMPLATE);
  same([kind, displayName, status], ["Scheduled", "Failed logons", "Available"]);
});

step("source controls: list and get", async () => {
  same((await list("sourceControls", "list")).map(({ name }) => name), [REPOSITORY]);
  same((await call("sourceControls", "get", REPOSITORY)).repoType, "Github");
});
