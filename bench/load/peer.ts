/**
 * The least that could answer the same: a bare Hono handler, one `postgres` query, its rows as JSON. Knows neither versions nor
 * filters. Gets the statement and its parameters by the environment.
 */
import { Hono } from "hono";
import postgres from "postgres";

const sql = postgres(Deno.env.get("PEER_DATABASE_URL")!, { max: 10, onnotice: () => {} });
const { statement, parameters } = JSON.parse(Deno.env.get("PEER_QUERY")!) as {
  statement: string;
  parameters: string[];
};
const app = new Hono().get("/", async (c) => c.json(await sql.unsafe(statement, parameters, { prepare: true })));

Deno.serve({
  port: 0,
  hostname: "127.0.0.1",
  onListen: ({ port }) => console.log(`http://127.0.0.1:${port}`),
}, app.fetch);
