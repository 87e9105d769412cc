import { hc } from "hono/client";

/** @typedef {import("../../routes/mod.ts").Api} Api */

/** Client of the service that served this page, typed by its routes, as for any client (client/mod.ts). */
export const { v1 } = /** @type {ReturnType<typeof hc<Api>>} */ (/** @type {unknown} */ (hc("/")));

/**
 * Body of a response. Rejects with the service's message on an error status.
 *
 * @template {{ ok: boolean, status: number, json(): Promise<unknown> }} A
 * @param {Promise<A>} answer
 * @returns {Promise<A extends { json(): Promise<infer T> } ? T : never>}
 */
export async function good(answer) {
  const response = await answer;
  if (response.ok) return /** @type {any} */ (await response.json());
  /** @type {Partial<import("../../routes/mod.ts").ProblemDetails>} */
  const { title, detail } = await response.json().then((said) => Object(said), () => ({}));
  throw new Error(detail ?? title ?? `The server answered ${response.status}.`);
}

/**
 * The run or backfill that a response says was started. Only a dry run responds with a plan instead.
 *
 * @template {{ ok: boolean, status: number, json(): Promise<unknown> }} A
 * @param {Promise<A>} answer
 * @returns {Promise<Extract<A extends { json(): Promise<infer T> } ? T : never, { id: number }>>}
 */
export async function begun(answer) {
  return /** @type {any} */ (await good(answer));
}
