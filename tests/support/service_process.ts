const root = new URL("../../", import.meta.url);

/** The whole service as a separate process, as started by `deno task start`; by default on the simulated market. */
export class ServiceProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #url = Promise.withResolvers<string>();
  readonly #read: Promise<void>;
  /** Its log so far. */
  output = "";

  /**
   * @param flags Further flags of the runtime.
   * @param folder Folder of the project whose `main.ts` is run.
   */
  constructor(environment: Record<string, string>, flags: readonly string[] = [], folder: URL = root) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        folder === root ? "-P" : "-A",
        "--no-check",
        "--v8-flags=--heap-growing-percent=30",
        ...flags,
        "main.ts",
        "start",
      ],
      cwd: folder,
      env: { PORT: "0", HOST: "127.0.0.1", LOG_FORMAT: "json", NO_COLOR: "1", DATABASE_URL: "", ...environment },
      stdout: "null",
      stderr: "piped",
    }).spawn();
    this.#read = this.#listen();
  }

  async #listen(): Promise<void> {
    for await (const text of this.#child.stderr.pipeThrough(new TextDecoderStream())) {
      this.output += text;
      const url = /serves (http:\/\/[^\s;]+);/.exec(this.output)?.[1];
      if (url) this.#url.resolve(url);
    }
    this.#url.reject(new Error(`The service ended before it served:\n${this.output}`));
  }

  /** Its address, once it serves. @throws If the process ends before. */
  get url(): Promise<string> {
    return this.#url.promise;
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
    this.#url.promise.catch(() => {});
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await this.ended();
  }
}

/** Polls until the result fits. @throws If it takes too long. */
export async function eventually<T>(
  ask: () => Promise<T>,
  fits: (answer: T) => boolean,
  timeoutMs = 60_000,
): Promise<T> {
  const until = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (fits(answer)) return answer;
    if (performance.now() > until) {
      throw new Error(`It did not come to that: ${JSON.stringify(answer).slice(0, 2_000)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
