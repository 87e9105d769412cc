import { loggerTo, type LogLevel, Scheduler } from "../../engine/mod.ts";
import { type Api, api, type ApiOptions } from "../../routes/mod.ts";
import { type Answer, read } from "./answer.ts";
import { heldToDocument } from "./described.ts";
import { type Tiny, type TinyOptions, withTinyEngine } from "./tiny_engine.ts";

export { type Answer, read } from "./answer.ts";

/** The API over a tiny engine, called without a port; every response is validated against the OpenAPI document. */
export interface TinyApi extends Tiny {
  app: Api;
  /** The API's log. */
  logged: { level: LogLevel; message: string; fields: Record<string, unknown> }[];
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  /** Sends `body` as JSON, or no body. */
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
}

/** Runs `test` with the API over {@link withTinyEngine}. */
export async function withTinyApi<T>(
  test: (tiny: TinyApi) => Promise<T>,
  { api: options = {}, engine: engineOptions }: { api?: Partial<ApiOptions>; engine?: TinyOptions } = {},
): Promise<T> {
  return await withTinyEngine(async (tiny) => {
    const logged: TinyApi["logged"] = [];
    const logger = loggerTo((level, message, fields) => logged.push({ level, message, fields }));
    const schedule = {
      name: "nightly",
      description: "Everything, after the close.",
      cron: "30 18 * * 1-5",
      timeZone: "America/New_York",
      selection: "*",
    };
    const scheduler = new Scheduler({ ...tiny, schedules: [schedule], logger });
    const ready = () => Promise.resolve([{ name: "database", ready: true, message: "It answers." }]);
    const app = heldToDocument(api({ engine: tiny.engine, scheduler, logger, ready, ...options }));
    const get: TinyApi["get"] = async (path, headers = {}) => await read(await app.request(path, { headers }));
    const post: TinyApi["post"] = async (path, body, headers = {}) =>
      await read(
        await app.request(path, {
          method: "POST",
          ...(body === undefined ? { headers } : {
            body: JSON.stringify(body),
            headers: { "Content-Type": "application/json", ...headers },
          }),
        }),
      );
    return await test({ ...tiny, app, logged, get, post });
  }, engineOptions);
}
