/**
 * The minimum for the same response: a bare Hono handler with one `postgres` query, its rows as JSON, without versions or
 * filters. The environment has the statement and its parameters.
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
