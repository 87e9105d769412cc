import { createConnection } from "node:net";
import { join } from "node:path";
import { asServerUser, freePort } from "./postgres_server.ts";

export const pgbouncer: string | null = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"].find(isFile) ?? null;

/** Runs `test` with the URL of a connection pooler in front of the server of `databaseUrl`. */
export async function withPooler(
  { databaseUrl, settings }: { databaseUrl: string; settings: Readonly<Record<string, string | number>> },
  test: (url: string) => Promise<void>,
): Promise<void> {
  const { hostname, port } = new URL(databaseUrl);
  const folder = await Deno.makeTempDir({ prefix: "tandem-pgbouncer-" });
  const ownPort = freePort();
  await Deno.writeTextFile(join(folder, "users"), '"postgres" ""\n');
  await Deno.writeTextFile(
    join(folder, "pgbouncer.ini"),
    `[databases]\n* = host=${hostname} port=${port}\n[pgbouncer]\n` +
      `listen_addr = 127.0.0.1\nlisten_port = ${ownPort}\nauth_type = trust\nauth_file = ${folder}/users\n` +
      `unix_socket_dir =\nlogfile = ${folder}/log\npidfile = ${folder}/pid\n` +
      Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`).join(""),
  );
  await Deno.chmod(folder, 0o777);
  try {
    await asServerUser([pgbouncer!, "-d", "-q", join(folder, "pgbouncer.ini")]);
    await listens(ownPort);
    const url = new URL(databaseUrl);
    url.port = String(ownPort);
    try {
      await test(url.href);
    } finally {
      Deno.kill(Number(await Deno.readTextFile(join(folder, "pid"))), "SIGTERM");
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function listens(port: number): Promise<void> {
  for (let tries = 0;; tries++) {
    const socket = createConnection(port, "127.0.0.1");
    const open = await new Promise<boolean>((resolve) => {
      socket.once("connect", () => resolve(true));
      socket.once("error", () => resolve(false));
    });
    socket.destroy();
    if (open) return;
    if (tries > 200) throw new Error(`Nothing listens on port ${port}.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
