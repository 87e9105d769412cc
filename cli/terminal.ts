/** One of the two streams that a command writes to. */
export interface Stream {
  /** Whether it is a terminal, so that lines can be redrawn. */
  readonly isTerminal: boolean;
  /** Current width in characters. */
  columns(): number;
  write(text: string): void;
}

/** A command's access to the machine: streams, time, and Ctrl-C. */
export interface Terminal {
  readonly stdout: Stream;
  readonly stderr: Stream;
  /** Whether terminals should get colours. */
  readonly colours: boolean;
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `work` repeatedly until the returned function is called. */
  every(intervalMs: number, work: () => void): () => void;
  /** Calls `work` instead of ending the process on an interrupt, until the returned function is called. */
  onInterrupt(work: () => void): () => void;
}

/** The terminal that this process was started from. */
export function processTerminal(): Terminal {
  return {
    stdout: stream(Deno.stdout),
    stderr: stream(Deno.stderr),
    // https://no-color.org: any value except the empty one.
    colours: (Deno.env.get("NO_COLOR") ?? "") === "" && Deno.env.get("TERM") !== "dumb",
    now: () => Date.now(),
    every(intervalMs, work) {
      const timer = setInterval(work, intervalMs);
      return () => clearInterval(timer);
    },
    onInterrupt(work) {
      const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
      for (const signal of signals) Deno.addSignalListener(signal, work);
      return () => {
        for (const signal of signals) Deno.removeSignalListener(signal, work);
      };
    },
  };
}

function stream(to: typeof Deno.stdout): Stream {
  const encoder = new TextEncoder();
  return {
    isTerminal: to.isTerminal(),
    columns() {
      try {
        return Deno.consoleSize().columns || 80;
      } catch {
        return 80;
      }
    },
    write(text) {
      let bytes = encoder.encode(text);
      try {
        while (bytes.length > 0) bytes = bytes.subarray(to.writeSync(bytes));
      } catch (error) {
        // The reader (`| head`) has closed the pipe; the work continues.
        if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
      }
    },
  };
}
