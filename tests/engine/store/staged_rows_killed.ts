/**
 * A process of its own for the tests: fills the table of `numbers` in the folder that it is given, and kills itself before a
 * statement with the given text.
 */
import { openEmbedded } from "../../../resources/database/mod.ts";
import type { Sql } from "../../../resources/database/database.ts";
import { openTinyEngine } from "../../support/tiny_engine.ts";
import { manyNumbers } from "./staged_rows_numbers.ts";

const [dataDir, until] = Deno.args as [string, string];
const database = await openEmbedded({ dataDir });
/** The rows take five pieces. */
let left = until === "copy" ? 3 : 1;

/** The same client, which ends this process instead of the statement. */
function ending<Client extends Sql>(sql: Client): Client {
  const end = (text: string) => {
    if (text.includes(until) && --left === 0) Deno.kill(Deno.pid, "SIGKILL");
  };
  return new Proxy(sql, {
    apply(target, itself, given: [unknown, ...unknown[]]) {
      if (Array.isArray(given[0])) end(given[0].join("$"));
      return Reflect.apply(target as unknown as (...given: unknown[]) => unknown, itself, given);
    },
    get(target, name) {
      if (name === "unsafe") {
        return (text: string, ...rest: []) => {
          end(text);
          return target.unsafe(text, ...rest);
        };
      }
      if (name === "begin") {
        return (work: (tx: Sql) => unknown) =>
          (target as unknown as { begin(work: (tx: Sql) => unknown): unknown }).begin((tx) => work(ending(tx)));
      }
      return Reflect.get(target, name);
    },
  });
}

const tiny = await openTinyEngine({ database: { ...database, sql: ending(database.sql) } });
tiny.world.numbers = manyNumbers;
await tiny.engine.finished((await tiny.engine.submit({ selection: "numbers", trigger: "test" })).id);
console.log("not killed");
Deno.exit(1);
