import { RefusedError, UnreachableError } from "./control.ts";

export interface HttpAskOptions {
  /** The credentials for the server. */
  token?: string;
  fetch?: typeof fetch;
}

/** Statuses that mean an invalid request. */
const REFUSALS = new Set([400, 403, 404, 409, 413, 422]);

/**
 * Sends requests to a running server.
 *
 * @param url Its address, e.g. `http://127.0.0.1:8000`.
 * @returns A function that resolves to successful responses, and otherwise rejects with the error.
 */
export function httpAsk(
  url: string,
  { token, fetch: fetcher = fetch }: HttpAskOptions = {},
): (path: string, init?: RequestInit) => Promise<Response> {
  return async (path, init = {}) => {
    let response: Response;
    try {
      const headers = new Headers(init.headers);
      if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
      response = await fetcher(new URL(path, url), { ...init, headers });
    } catch (error) {
      if (init.signal?.aborted) throw error;
      throw new UnreachableError(`The server at ${url} does not answer.`, { cause: error });
    }
    if (response.ok) return response;
    const message = await problemOf(response);
    if (REFUSALS.has(response.status)) throw new RefusedError(message);
    if (response.status === 401) {
      throw new UnreachableError(
        `The server at ${url} requires credentials. Set TANDEM_TOKEN to an access token. ${message}`,
      );
    }
    throw new UnreachableError(`The server at ${url} answered ${response.status}: ${message}`);
  };
}

/** The text of a problem response (RFC 9457), or the body as received. */
async function problemOf(response: Response): Promise<string> {
  const text = await response.text();
  try {
    const problem: unknown = JSON.parse(text);
    if (typeof problem === "object" && problem !== null) {
      const { detail, title } = problem as { detail?: unknown; title?: unknown };
      if (typeof detail === "string") return detail;
      if (typeof title === "string") return title;
    }
  } catch {
    // Not a problem response, so not from Tandem: from a proxy, for example.
  }
  return text.slice(0, 200) || response.statusText;
}
