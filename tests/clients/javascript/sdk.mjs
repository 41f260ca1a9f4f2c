// Microsoft's SDK for JavaScript, with what goes over the wire recorded.

import { appendFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const { CLIENTS_MODULES, CLIENTS_HTTPS, CLIENTS_TRAFFIC } = process.env;
const { SecurityInsights } = createRequire(join(CLIENTS_MODULES, "package.json"))("@azure/arm-securityinsight");

const SUBSCRIPTION = "5f3c0a6e-7d1b-4c52-9b0e-2a4c8e6d1f00";
const GROUP = "rg-clients";
const WORKSPACE = "law-clients";

const credential = { getToken: async () => ({ token: "emulator", expiresOnTimestamp: Date.now() + 3_600_000 }) };
const client = new SecurityInsights(credential, SUBSCRIPTION, { endpoint: CLIENTS_HTTPS });
client.pipeline.addPolicy({ name: "recorder", sendRequest: record }, { afterPhase: "Sign" });

/** `client[operations][method](group, workspace, …)` */
export const call = (operations, method, ...rest) => client[operations][method](GROUP, WORKSPACE, ...rest);

/** Every page of a list, as the SDK's own paging finds them. */
export async function pages(operations, method, ...rest) {
  const found = [];
  for await (const page of call(operations, method, ...rest).byPage()) found.push(page);
  return found;
}

/** Every item of a list. */
export const list = async (...what) => (await pages(...what)).flat();

/** The ARM id of a resource of the workspace. */
export const id = (path) =>
  `/subscriptions/${SUBSCRIPTION}/resourceGroups/${GROUP}/providers/Microsoft.OperationalInsights/workspaces/` +
  `${WORKSPACE}/providers/Microsoft.SecurityInsights/${path}`;

async function record(request, next) {
  const response = await next(request);
  const json = (text) => (text ? JSON.parse(text) : null);
  const headers = Object.fromEntries([...request.headers].filter(([name]) => name.toLowerCase() !== "authorization"));
  const exchange = {
    method: request.method,
    url: request.url,
    request: { headers, body: json(request.body) },
    status: response.status,
    response: { headers: Object.fromEntries([...response.headers]), body: json(response.bodyAsText) },
  };
  appendFileSync(CLIENTS_TRAFFIC, `${JSON.stringify(exchange)}\n`);
  return response;
}
