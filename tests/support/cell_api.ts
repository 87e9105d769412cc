import { silentLogger } from "../../engine/mod.ts";
import { type Api, api } from "../../routes/mod.ts";
import { type CellTest, withCellEngine } from "./cell_engine.ts";
import { withEmbedded } from "./database.ts";
import { type Answer, read } from "./answer.ts";
import { heldToDocument } from "./described.ts";
import { fixedSchedules } from "./fixed_schedules.ts";

/** The API over an engine with assets made by cells, called without a port. */
export interface CellApi extends CellTest {
  app: Api;
  get(path: string): Promise<Answer>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
}

/** Runs `test` with the API over {@link withCellEngine} on an empty embedded database. */
export async function withCellApi(test: (cell: CellApi) => Promise<void>): Promise<void> {
  await withEmbedded((database) =>
    withCellEngine(database, async (cell) => {
      const scheduler = fixedSchedules();
      const { engine } = cell;
      const app = heldToDocument(
        api({ engine, scheduler, logger: silentLogger, ready: () => Promise.resolve([]) }),
      );
      await test({
        ...cell,
        app,
        get: async (path) => await read(await app.request(path)),
        post: async (path, body = {}, headers = {}) =>
          await read(
            await app.request(path, {
              method: "POST",
              body: JSON.stringify(body),
              headers: { "Content-Type": "application/json", ...headers },
            }),
          ),
      });
    })
  );
}
