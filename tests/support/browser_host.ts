/**
 * The process of the browser that the test files of a run share: starting one takes a CPU second, opening an isolated window a
 * tenth. Run by `shared_process.ts`; restarted after a crash.
 */
import { type BrowserServer, chromium } from "playwright-core";
import { chromiumPath } from "./browser_path.ts";
import { tellAddress } from "./shared_process.ts";

let server = await start();
const address = server.wsEndpoint();
await tellAddress(address, () => server.off("close", again).close());

async function start(options: { port?: number; wsPath?: string } = {}): Promise<BrowserServer> {
  const args = ["--no-sandbox", "--disable-gpu"];
  const started = await chromium.launchServer({ executablePath: chromiumPath(), args, host: "127.0.0.1", ...options });
  return started.once("close", again);
}

async function again(): Promise<void> {
  const { port, pathname } = new URL(address);
  server = await start({ port: Number(port), wsPath: pathname });
}
