import assert from "node:assert/strict";
import { readEnvironment } from "../settings/environment.ts";

const root = new URL("../", import.meta.url);
const read = (path: string) => Deno.readTextFile(new URL(path, root));

const manifests = [
  "deploy/compose.yaml",
  ...Array.from(Deno.readDirSync(new URL("deploy/kubernetes/", root)), ({ name }) => `deploy/kubernetes/${name}`),
];

/** Settings that .env.example lists. */
async function settings(): Promise<Set<string>> {
  return new Set(Array.from((await read(".env.example")).matchAll(/^#?([A-Z][A-Z_]+)=/gm), ([, name]) => name!));
}

Deno.test("the files for containers name existing settings and commands", async () => {
  const known = await settings();
  const { tasks } = JSON.parse(await read("deno.json"));
  let named = 0;
  for (const path of manifests) {
    const text = (await read(path)).replaceAll(/^\s*#.*$/gm, "");
    for (const [name] of text.matchAll(/\b[A-Z]+(?:_[A-Z]+)+\b/g)) {
      if (name.startsWith("POSTGRES_")) continue;
      named++;
      assert.ok(known.has(name), `${path} names ${name}`);
    }
    for (const [, command] of text.matchAll(/(?:args|command): \[(\w+)[\],]/g)) {
      assert.ok(command === "pg_isready" || command! in tasks, `${path} runs ${command}`);
    }
  }
  assert.ok(named > 5, `${named} settings`);
});

Deno.test("the image has the runtime that CI has, and containers have time to stop", async () => {
  const version = /deno@(\d+\.\d+\.\d+)/.exec(await read(".ci/run"))![1];
  assert.ok((await read("deploy/Dockerfile")).includes(`FROM denoland/deno:debian-${version}\n`));
  const graceOf = async (path: string, pattern: RegExp) => Number(pattern.exec(await read(path))![1]);
  const { shutdownSeconds } = readEnvironment({});
  assert.ok(await graceOf("deploy/compose.yaml", /stop_grace_period: (\d+)s/) > shutdownSeconds);
  const kubernetes = await graceOf("deploy/kubernetes/kustomization.yaml", /SHUTDOWN_SECONDS=(\d+)/);
  for (const role of ["server", "worker"]) {
    const grace = await graceOf(`deploy/kubernetes/${role}.yaml`, /terminationGracePeriodSeconds: (\d+)/);
    assert.ok(grace > kubernetes, role);
  }
});
