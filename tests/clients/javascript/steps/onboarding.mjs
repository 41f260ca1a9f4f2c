// Onboarding: Microsoft Sentinel is switched on, seen and switched off.

import { call } from "../sdk.mjs";
import { same, step } from "./step.mjs";

step("onboarding: create, get, list, delete", async () => {
  await call("sentinelOnboardingStates", "create", "default", {
    sentinelOnboardingStateParameter: { customerManagedKey: false },
  });
  same((await call("sentinelOnboardingStates", "get", "default")).name, "default");
  const { value } = await call("sentinelOnboardingStates", "list");
  same(value.map(({ name }) => name), ["default"]);
  await call("sentinelOnboardingStates", "delete", "default");
});
