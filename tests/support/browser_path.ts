import { existsSync } from "node:fs";

/** Debian's package with a Chromium that has no window of its own: tests take 0.4 of the browser's CPU seconds with it. */
export const headlessShell = { path: "/usr/bin/chromium-headless-shell", debianPackage: "chromium-headless-shell" };

/** Where Chromium is expected: at CHROMIUM if it is set, else the headless shell if it is installed. */
export function chromiumPath(): string {
  const given = Deno.env.get("CHROMIUM");
  if (given) return given;
  return existsSync(headlessShell.path) ? headlessShell.path : "/usr/bin/chromium";
}
