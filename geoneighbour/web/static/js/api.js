// Calls of the JSON API. A refusal becomes a Problem with the server's own words.

import { say } from "./texts.js";

const BASE = "/api/v1";

export class Problem extends Error {
  constructor({ status = 0, title = "", detail = "", field = null } = {}) {
    super(detail || title);
    this.status = status;
    this.field = field;
  }
}

export const get = (path) => call("GET", path);
/** `signal`: of an AbortController that drops the question. */
export const post = (path, body = {}, { signal } = {}) => call("POST", path, body, signal);

/** What a page would like to show beside what it shows already: without a network null, and app.js says so. */
export async function unlessOffline(work) {
  try {
    return await work;
  } catch (problem) {
    if (problem.status !== 0) throw problem;
    dispatchEvent(new Event("unreachable"));
    return null;
  }
}

async function call(method, path, body, signal) {
  const headers = { Accept: "application/json" };
  if (body !== undefined) {
    headers["Content-Type"] = "application/json";
    headers["X-CSRFToken"] = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
  }
  let response;
  try {
    response = await fetch(BASE + path, { method, headers, signal, body: body && JSON.stringify(body) });
  } catch {
    throw new Problem({ detail: say("offline") });
  }
  const answer = response.status === 204 ? null : await response.json().catch(() => null);
  if (!response.ok) throw new Problem({ ...answer, status: response.status });
  return answer;
}
