// Microsoft's SDK for JavaScript against the emulator, over TLS.

import { appendFileSync } from "node:fs";

import { steps } from "./steps/step.mjs";

for (const module of ["onboarding", "alert_rules", "actions", "automation_rules", "metadata", "watchlists",
  "incidents", "content", "refusals"]) {
  await import(`./steps/${module}.mjs`);
}

const tell = (value) => appendFileSync(process.env.CLIENTS_RESULTS, `${JSON.stringify(value)}\n`);

for (const { name, run } of steps) {
  try {
    await run();
    tell({ step: name, error: null });
  } catch (error) {
    const where = /steps\/\w+\.mjs:\d+/.exec(error.stack ?? "")?.[0] ?? "";
    tell({ step: name, error: `${error.name}: ${error.message.slice(0, 1000)} (${where})` });
  }
}
