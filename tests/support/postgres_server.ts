import { dirname, join } from "node:path";

/** A PostgreSQL server of the tests, on 127.0.0.1, with authentication `trust`. */
export interface PostgresServer {
  /** URL of the database `postgres`; other databases differ in the last part. */
  readonly url: string;
  /** Stops it as a crash would, or regularly, and restarts it on the same port with the same data. */
  restart(mode: "immediate" | "fast"): Promise<void>;
  /** The first half of a restart. */
  halt(mode: "immediate" | "fast"): Promise<void>;
  /** The second half of a restart. */
  resume(): Promise<void>;
  /** With `tls`: the certificate of the authority that signed the server's, which is for localhost. */
  readonly authority: string;
  /** Ends the server and removes its files. */
  stop(): Promise<void>;
}

export interface PostgresServerOptions {
  /** Folder of the server and its files. */
  folder: string;
  /** Whether commits survive a crash of the machine; slower. */
  fsync?: boolean;
  /** The process with which the server ends; by default this one. */
  owner?: number;
  /** Accept TLS; needs `openssl`. */
  tls?: boolean;
}

/** The folder of `initdb` and `pg_ctl`; null if PostgreSQL is not installed. */
export const postgresBinaries: string | null = findBinaries();

/**
 * Starts a server in a new folder.
 *
 * A watchdog process stops it and removes the folder after this process has ended in any way. Nothing stays open in this process,
 * so that Deno's sanitizers report no leak in the test that started it.
 */
export async function startServer(
  { folder, fsync = false, tls = false, owner = Deno.pid }: PostgresServerOptions,
): Promise<PostgresServer> {
  if (postgresBinaries === null) throw new Error("PostgreSQL is not installed: found neither initdb nor pg_ctl.");
  const bin = postgresBinaries;
  const port = freePort();
  const data = join(folder, "data");
  const safety = fsync ? "" : "-c fsync=off -c synchronous_commit=off -c full_page_writes=off ";
  const secure = tls ? "-c ssl=on " : "";
  const options = `${safety}${secure}-c listen_addresses=127.0.0.1 -p ${port} -k '${folder}' -c max_connections=100`;
  const control = (...args: string[]) => asServerUser([join(bin, "pg_ctl"), "-D", data, "-s", "-w", ...args]);
  const startUp = () => control("start", "-t", "30", "-l", join(folder, "log"), "-o", options);

  await Deno.mkdir(folder, { mode: 0o700 });
  const user = serverUser();
  if (user !== null) await run(["chown", user, folder]);
  await asServerUser([
    join(bin, "initdb"),
    ...["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
  ]);
  if (tls) await asServerUser(["sh", "-c", CERTIFY, "sh", data]);
  await startUp();
  await run(["sh", "-c", WATCHDOG, "sh", String(owner), data, folder]);
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    authority: join(data, "authority.crt"),
    halt: (mode) => control("stop", "-m", mode),
    resume: startUp,
    async restart(mode) {
      await control("stop", "-m", mode);
      await startUp();
    },
    async stop() {
      await control("stop", "-m", "immediate");
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Whether certificates can be created. */
export const opensslAvailable: boolean = Deno.build.os !== "windows" &&
  new Deno.Command("sh", { args: ["-c", "command -v openssl"], stdout: "null" }).outputSync().success;

/** Creates an authority and its certificate for localhost in the data folder $1. */
const CERTIFY = `
cd "$1" && umask 077 && key="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes" &&
openssl req -x509 $key -keyout authority.key -out authority.crt -days 30 -subj "/CN=Tests" &&
openssl req $key -keyout server.key -out server.csr -subj "/CN=localhost" &&
echo "subjectAltName=DNS:localhost" > server.ext &&
openssl x509 -req -in server.csr -CA authority.crt -CAkey authority.key -CAcreateserial -days 30 -extfile server.ext -out server.crt
`;

/**
 * Waits in the background for the process $1 to end; also ends if the folder has been removed. Ignores the signals that a
 * terminal or `timeout` sends to the whole process group: it must clean up after these.
 */
const WATCHDOG = `
(
  trap '' HUP INT TERM
  while kill -0 "$1" && [ -d "$2" ]; do sleep 0.5; done
  [ -f "$2/postmaster.pid" ] && kill -QUIT "$(head -n 1 "$2/postmaster.pid")"
  sleep 0.5
  rm -rf "$3" "$3.lock"
) </dev/null >/dev/null 2>&1 &
`;

function findBinaries(): string | null {
  if (Deno.build.os === "windows") return null;
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  try {
    const versions = [...Deno.readDirSync("/usr/lib/postgresql")].map(({ name }) => name);
    versions.sort((a, b) => Number(b) - Number(a));
    folders.push(...versions.map((version) => `/usr/lib/postgresql/${version}/bin`));
  } catch {
    // Not a Debian system.
  }
  for (const folder of folders) {
    try {
      // The link's target, because not every program is linked.
      const real = dirname(Deno.realPathSync(join(folder, "initdb")));
      if (Deno.statSync(join(real, "pg_ctl")).isFile) return real;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}

/** PostgreSQL refuses to run as root; null if this process is not root. */
function serverUser(): string | null {
  if (Deno.uid() !== 0) return null;
  const users = Deno.readTextFileSync("/etc/passwd");
  return /^postgres:/m.test(users) ? "postgres" : "nobody";
}

export async function asServerUser(command: string[]): Promise<void> {
  const user = serverUser();
  if (user === null) return await run(command);
  const group = (await output(["id", "-g", user])).trim();
  await run(["setpriv", `--reuid=${user}`, `--regid=${group}`, "--clear-groups", ...command]);
}

async function run(command: string[]): Promise<void> {
  // Not piped: the server would inherit the pipe and keep it open.
  const options = { args: command.slice(1), cwd: "/", stdin: "null", stdout: "null", stderr: "null" } as const;
  const { success, code } = await new Deno.Command(command[0]!, options).output();
  if (!success) throw new Error(`${command.join(" ")} ended with ${code}.`);
}

async function output(command: string[]): Promise<string> {
  const { stdout } = await new Deno.Command(command[0]!, { args: command.slice(1) }).output();
  return new TextDecoder().decode(stdout);
}

export function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}
