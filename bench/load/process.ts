/** A server in a separate process, with its memory use. */
export interface ServerProcess extends AsyncDisposable {
  url: string;
  /** Current resident memory in bytes. */
  residentBytes(): number;
  /** The most bytes that were resident so far. */
  peakBytes(): number;
  /** Seconds of CPU time so far, of all threads, in user mode and in the system's. */
  cpuSeconds(): number;
  /** Stops sampling, and returns one sample per second since {@link sample}. */
  stopSampling(): number[];
  sample(): void;
}

/** Starts a script and waits for the address that it prints. */
export async function startServerProcess(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<ServerProcess> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--no-check", "--v8-flags=--heap-growing-percent=100", ...args],
    // As the task that starts the service.
    env: { MALLOC_ARENA_MAX: "2", ...env },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const address = Promise.withResolvers<string>();
  let said = "";
  const listen = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      said = (said + text).slice(-4_000);
      const found = /http:\/\/(?:127\.0\.0\.1|localhost):\d+/.exec(said);
      if (found) address.resolve(found[0]);
    }
  };
  const output = Promise.all([listen(child.stdout), listen(child.stderr)]);
  output.then(() => address.reject(new Error(`The server ended before it listened: ${said}`)), address.reject);
  const url = await address.promise;
  const status = () => Deno.readTextFileSync(`/proc/${child.pid}/status`);
  const residentBytes = () => Number(/^VmRSS:\s+(\d+) kB$/m.exec(status())![1]) * 1024;
  let samples: number[] = [];
  let timer: ReturnType<typeof setInterval> | undefined;
  return {
    url,
    residentBytes,
    peakBytes: () => Number(/^VmHWM:\s+(\d+) kB$/m.exec(status())![1]) * 1024,
    cpuSeconds: () => cpuSecondsOf(child.pid),
    sample() {
      samples = [residentBytes()];
      timer = setInterval(() => samples.push(residentBytes()), 1_000);
    },
    stopSampling() {
      clearInterval(timer);
      return samples;
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      child.kill("SIGTERM");
      await child.status;
      await output.catch(() => {});
    },
  };
}

/** Seconds of CPU time of a process so far, of all its threads. */
export function cpuSecondsOf(pid: number): number {
  // After the name in parentheses, which may hold blanks; in hundredths of a second.
  const fields = Deno.readTextFileSync(`/proc/${pid}/stat`).split(") ").at(-1)!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Growth per step: the slope of the least-squares line. */
export function slope(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const middle = (values.length - 1) / 2;
  let [above, below] = [0, 0];
  for (const [i, value] of values.entries()) {
    above += (i - middle) * (value - mean);
    below += (i - middle) ** 2;
  }
  return above / below;
}

/** The JSON body of a response. @throws {Error} If its status is not a success. */
export async function fetchJson<T>(url: string, init?: RequestInit): Promise<T> {
  const response = await fetch(url, init);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return await response.json();
}

/** Posts JSON; the body of the response. @throws {Error} If its status is not a success. */
export async function postJson<T>(url: string, body: unknown): Promise<T> {
  return await fetchJson<T>(url, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}
