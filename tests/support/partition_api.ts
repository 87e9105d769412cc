import { silentLogger } from "../../engine/mod.ts";
import { type Api, api } from "../../routes/mod.ts";
import { type PartitionTest, withPartitionEngine } from "./partition_engine.ts";
import { withEmbedded } from "./database.ts";
import { type Answer, read } from "./answer.ts";
import { heldToDocument } from "./described.ts";
import { fixedSchedules } from "./fixed_schedules.ts";

/** The API over an engine with partitioned assets, called without a port. */
export interface PartitionApi extends PartitionTest {
  app: Api;
  get(path: string): Promise<Answer>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
}

/** Runs `test` with the API over {@link withPartitionEngine} on an empty embedded database. */
export async function withPartitionApi(test: (partition: PartitionApi) => Promise<void>): Promise<void> {
  await withEmbedded((database) =>
    withPartitionEngine(database, async (partition) => {
      const scheduler = fixedSchedules();
      const { engine } = partition;
      const app = heldToDocument(
        api({ engine, scheduler, logger: silentLogger, ready: () => Promise.resolve([]) }),
      );
      await test({
        ...partition,
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
