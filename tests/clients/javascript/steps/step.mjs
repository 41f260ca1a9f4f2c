// A step: a few calls that belong together, and what must be true of their answers.

import assert from "node:assert/strict";

export const steps = [];

export function step(name, run) {
  steps.push({ name, run });
}

export const same = assert.deepEqual;

/** The call must be refused with the SDK's own RestError, of this status and with this code of ARM's. */
export async function refused(status, code, call) {
  try {
    await call;
  } catch (error) {
    same([error.name, error.statusCode, error.code], ["RestError", status, code]);
    return error.message;
  }
  throw new Error(`the call was taken, and not refused with ${status} ${code}`);
}
