// Microsoft's own validator judges the traffic of all the other suites against Microsoft's definitions.

import { appendFileSync, readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

import { PREVIEW, STABLE, layOut } from "./definitions.mjs";
import { judge } from "./judgement.mjs";

const { CLIENTS_MODULES, CLIENTS_CORPUS, CLIENTS_ALL_TRAFFIC, CLIENTS_RESULTS } = process.env;
const { LiveValidator } = createRequire(join(CLIENTS_MODULES, "package.json"))("oav");

const tell = (value) => appendFileSync(CLIENTS_RESULTS, `${JSON.stringify(value)}\n`);

const folder = join(CLIENTS_MODULES, "definitions");
const swaggerPaths = layOut(CLIENTS_CORPUS, folder);
const options = { directory: folder, swaggerPaths, loadValidatorInBackground: false, loadValidatorInInitialize: true };
const complaints = [];
const validator = new LiveValidator(options, (message, level) => {
  if (level === "error" || level === "warn") complaints.push(message);
});
await validator.initialize();
// A definition that is not understood would judge nothing, and everything would be right.
if (complaints.length > 0) throw new Error(complaints.join("\n"));

let judged = 0;
const findings = new Map();
for (const file of readdirSync(CLIENTS_ALL_TRAFFIC).filter((name) => name.endsWith(".jsonl")).sort()) {
  const suite = file.slice(0, -".jsonl".length);
  const lines = readFileSync(join(CLIENTS_ALL_TRAFFIC, file), "utf8").split("\n").filter(Boolean);
  let count = 0;
  for (const line of lines) {
    const verdict = await judge(validator, JSON.parse(line), { stable: STABLE, preview: PREVIEW });
    if (verdict === null) continue;
    count += 1;
    for (const finding of verdict) findings.set(JSON.stringify(finding), finding);
  }
  judged += count;
  if (lines.length > 0) tell({ step: `traffic of ${suite}: ${count} of ${lines.length} exchanges judged`, error: null });
}
for (const finding of findings.values()) tell({ finding });
tell({ exchanges: judged });
