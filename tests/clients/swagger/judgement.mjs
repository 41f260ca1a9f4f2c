// One exchange, judged by the definition of its operation.

const PROVIDER = "/providers/microsoft.securityinsights/";

/**
 * What the validator finds wrong with an exchange: `[{exchange, at, what}]`; null where no definition is at hand.
 *
 * The exchange is judged by the version at hand that is of its own kind, stable or preview; an operation that only
 * the preview has, by that.
 */
export async function judge(validator, exchange, versions) {
  const { pathname, searchParams } = new URL(exchange.url);
  if (!pathname.toLowerCase().includes(PROVIDER)) return null;
  const own = searchParams.get("api-version") ?? "";
  for (const version of own.endsWith("-preview") ? [versions.preview] : [versions.stable, versions.preview]) {
    const result = await validator.validateLiveRequestResponse(asPair(exchange, pathname, searchParams, version));
    const { requestValidationResult: request, responseValidationResult: response } = result;
    if (request.runtimeException?.code === "OPERATION_NOT_FOUND_IN_CACHE") continue;
    if (request.runtimeException ?? result.runtimeException) {
      throw new Error(JSON.stringify(request.runtimeException ?? result.runtimeException));
    }
    const operation = `${request.operationInfo.operationId} ${exchange.status} ${version}`;
    // A request that was refused is wrong by intention.
    const issues = exchange.status < 400 ? request.errors.map((issue) => ["request", issue]) : [];
    issues.push(...response.errors.map((issue) => ["response", issue]));
    return issues.map(([side, issue]) => ({
      exchange: operation,
      at: `${side} ${place(issue)}`,
      what: `${issue.code}: ${issue.message}`,
    }));
  }
  return null;
}

function asPair(exchange, pathname, searchParams, version) {
  const query = Object.fromEntries(searchParams);
  query["api-version"] = version;
  const url = `${pathname}?${new URLSearchParams(query)}`;
  const { request, response, method, status } = exchange;
  return {
    liveRequest: { method, url, headers: request.headers, query, body: request.body ?? undefined },
    liveResponse: { statusCode: String(status), headers: response.headers, body: response.body ?? undefined },
  };
}

function place(issue) {
  return (issue.pathsInPayload?.[0] ?? issue.jsonPathsInPayload?.[0] ?? "").replace(/\[\d+\]|\/\d+/g, "[]");
}
