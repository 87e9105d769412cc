/** A process that serves as the service does, for tests that take its open files away. It prints its port and what it logs. */
import { loggerTo } from "../../engine/mod.ts";
import { lastingServer } from "../../routes/limits/lasting_server.ts";

const logger = loggerTo((_level, message) => console.log(message));
const server = lastingServer({ hostname: "127.0.0.1", port: 0, logger, pauseMs: 50 }, () => new Response("here"));
console.log(`port ${server.addr.port}`);
