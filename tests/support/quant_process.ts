/** Serves only the routes of the original quant service, and reports the peak memory of the process. */
import { Hono } from "hono";
import { silentLogger } from "../../engine/mod.ts";
import { onOldError } from "../../routes/compat/old_errors.ts";
import { quantServiceRoutes } from "../../routes/compat/quant_service.ts";

const app = new Hono()
  .onError(onOldError(silentLogger))
  .route("/", quantServiceRoutes({ maxBodyBytes: 32 * 1024 * 1024 }))
  .get("/peak", (c) => {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(Deno.readTextFileSync("/proc/self/status"))!;
    return c.json({ peakBytes: Number(kilobytes) * 1024 });
  });

Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: ({ port }) => console.log(port) }, app.fetch);
