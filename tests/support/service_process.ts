const root = new URL("../../", import.meta.url);

/** A command of Tandem as a separate process. */
class TandemProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #ready = Promise.withResolvers<string>();
  readonly #read: Promise<void>;
  /** Its log so far. */
  output = "";

  /**
   * @param options.readyLine Matches the line of its log by which it is ready.
   * @param options.flags Further flags of the runtime.
   * @param options.folder Folder of the project whose `main.ts` is run.
   */
  constructor(
    command: "start" | "worker",
    environment: Record<string, string>,
    private readonly options: { readyLine: RegExp; flags?: readonly string[]; folder?: URL },
  ) {
    const { flags = [], folder = root } = options;
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        folder === root ? "-P" : "-A",
        "--no-check",
        "--v8-flags=--heap-growing-percent=100",
        ...flags,
        "main.ts",
        command,
      ],
      cwd: folder,
      env: { PORT: "0", HOST: "127.0.0.1", LOG_FORMAT: "json", NO_COLOR: "1", DATABASE_URL: "", ...environment },
      stdout: "null",
      stderr: "piped",
    }).spawn();
    // Reported to those who ask.
    this.#ready.promise.catch(() => {});
    this.#read = this.#listen();
  }

  async #listen(): Promise<void> {
    for await (const text of this.#child.stderr.pipeThrough(new TextDecoderStream())) {
      this.output += text;
      const found = this.options.readyLine.exec(this.output)?.[1];
      if (found) this.#ready.resolve(found);
    }
    this.#ready.reject(new Error(`The process ended before it was ready:\n${this.output}`));
  }

  /** What the line by which it is ready says. @throws If the process ends before. */
  protected get ready(): Promise<string> {
    return this.#ready.promise;
  }

  get pid(): number {
    return this.#child.pid;
  }

  signal(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Its exit status. */
  async ended(): Promise<Deno.CommandStatus> {
    await this.#read;
    return await this.#child.status;
  }

  /** Ends it, unless it has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await this.ended();
  }
}

/** The whole service as a separate process, as started by `deno task start`; by default on the simulated market. */
export class ServiceProcess extends TandemProcess {
  /**
   * @param flags Further flags of the runtime.
   * @param folder Folder of the project whose `main.ts` is run.
   */
  constructor(environment: Record<string, string>, flags?: readonly string[], folder?: URL) {
    super("start", environment, { readyLine: /serves (http:\/\/[^\s;]+);/, flags, folder });
  }

  /** Its address, once it serves. @throws If the process ends before. */
  get url(): Promise<string> {
    return this.ready;
  }
}

/** A worker as a separate process, as started by `deno task worker`. */
export class WorkerProcess extends TandemProcess {
  constructor(environment: Record<string, string>, folder?: URL) {
    super("worker", environment, { readyLine: /Worker (\d+) takes steps/, folder });
  }

  /** Its number among the processes of the database, once it takes steps. @throws If the process ends before. */
  get id(): Promise<number> {
    return this.ready.then(Number);
  }
}

/**
 * Polls until the result fits, the less often the longer it takes: the state of all assets costs a service 10 to 20 ms.
 *
 * @throws If it takes too long.
 */
export async function eventually<T>(
  ask: () => Promise<T>,
  fits: (answer: T) => boolean,
  timeoutMs = 60_000,
): Promise<T> {
  const begunAt = performance.now();
  for (;;) {
    const answer = await ask();
    if (fits(answer)) return answer;
    const waitedMs = performance.now() - begunAt;
    if (waitedMs > timeoutMs) {
      throw new Error(`It did not come to that: ${JSON.stringify(answer).slice(0, 2_000)}`);
    }
    const pauseMs = Math.min(Math.max(50, waitedMs / 20), 250);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
