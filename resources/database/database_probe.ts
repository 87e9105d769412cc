import type postgres from "postgres";
import type { Database } from "./database.ts";

/** How long the database may take to answer the smallest question there is. */
const patienceMs = 1_000;
/** How long an answer holds. */
const holdsMs = 500;

/** Tells whether a database answers, on a connection of its own: those of the pool may all be at work, or dead. */
export class DatabaseProbe {
  #connection: postgres.Sql | undefined;
  #asking: Promise<boolean> | undefined;

  constructor(private readonly database: Pick<Database, "kind" | "session">) {}

  /** Within about a second. The embedded database is part of this process, and so always there. */
  answers(): Promise<boolean> {
    if (this.database.kind === "embedded") return Promise.resolve(true);
    if (this.#asking) return this.#asking;
    const asking = this.#ask();
    this.#asking = asking;
    asking.finally(() => setTimeout(() => this.#asking = undefined, holdsMs));
    return asking;
  }

  async #ask(): Promise<boolean> {
    const connection = this.#connection ??= this.database.session();
    const late = Promise.withResolvers<false>();
    const timer = setTimeout(() => late.resolve(false), patienceMs);
    const asked = connection`SELECT 1`.then(() => true, () => false);
    const answers = await Promise.race([asked, late.promise]);
    clearTimeout(timer);
    // It may never answer again, even when others do.
    if (!answers) await this.close();
    return answers;
  }

  async close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.end({ timeout: 0 }).catch(() => {});
  }
}
