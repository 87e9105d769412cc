/** A process with the service's HTTP server, for tests that exhaust its open files. It prints its port and its log. */
import { loggerTo } from "../../engine/mod.ts";
import { lastingServer } from "../../routes/limits/lasting_server.ts";

const logger = loggerTo((_level, message) => console.log(message));
const server = lastingServer({ hostname: "127.0.0.1", port: 0, logger, pauseMs: 50 }, () => new Response("here"));
console.log(`port ${server.addr.port}`);
