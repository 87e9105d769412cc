import { type Control, engineControl, httpControl } from "../../cli/mod.ts";
import { silentLogger } from "../../engine/mod.ts";
import { api } from "../../routes/mod.ts";
import { type Tiny, withTinyEngine } from "./tiny_engine.ts";
import { fixedSchedules } from "./fixed_schedules.ts";

/** A control over a tiny engine. */
export interface Controlled extends Tiny {
  control: Control;
}

/** Both kinds of control of an engine, to run the same test on each. */
export const controls: readonly {
  name: string;
  open(test: (controlled: Controlled) => Promise<void>): Promise<void>;
}[] = [
  {
    name: "in this process",
    open: (test) => withTinyEngine((tiny) => test({ ...tiny, control: engineControl(tiny.engine) })),
  },
  {
    name: "over HTTP",
    open: (test) =>
      withTinyEngine(async (tiny) => {
        const app = api({
          engine: tiny.engine,
          scheduler: fixedSchedules(),
          logger: silentLogger,
          ready: () => Promise.resolve([]),
        });
        const fetcher = async (input: URL | RequestInfo, init?: RequestInit) => await app.request(input, init);
        await test({ ...tiny, control: httpControl("http://127.0.0.1:8000", { fetch: fetcher, retryMs: 5 }) });
      }),
  },
];
