import type { Stream, Terminal } from "../../cli/terminal.ts";

/** A terminal that records its output, with a manual clock and a function for Ctrl-C. */
export interface FakeTerminal extends Terminal {
  /** Standard output so far. */
  readonly out: string;
  /** Standard error so far. */
  readonly err: string;
  /** Advances the clock and runs due intervals. */
  tick(ms: number): void;
  interrupt(): void;
  /** Number of remaining intervals and interrupt handlers: 0 once a command has ended. */
  readonly held: number;
  resize(columns: number): void;
}

/** Options of {@link fakeTerminal}. */
export interface FakeTerminalOptions {
  isTerminal?: boolean;
  columns?: number;
  colours?: boolean;
  now?: string;
}

/** Makes a terminal for a test. */
export function fakeTerminal(
  { isTerminal = false, columns = 80, colours = false, now = "2026-11-23T12:00:00Z" }: FakeTerminalOptions = {},
): FakeTerminal {
  const written = { out: "", err: "" };
  let time = Date.parse(now);
  const intervals = new Set<() => void>();
  const interrupts = new Set<() => void>();
  const stream = (name: "out" | "err"): Stream => ({
    isTerminal,
    columns: () => columns,
    write(text) {
      written[name] += text;
    },
  });
  return {
    stdout: stream("out"),
    stderr: stream("err"),
    colours,
    now: () => time,
    every(_intervalMs, work) {
      intervals.add(work);
      return () => intervals.delete(work);
    },
    onInterrupt(work) {
      interrupts.add(work);
      return () => interrupts.delete(work);
    },
    get out() {
      return written.out;
    },
    get err() {
      return written.err;
    },
    tick(ms) {
      time += ms;
      for (const work of intervals) work();
    },
    interrupt() {
      for (const work of interrupts) work();
    },
    get held() {
      return intervals.size + interrupts.size;
    },
    resize(to) {
      columns = to;
    },
  };
}

/** The screen of a terminal with `columns` columns after `text`; supports the escape sequences used by our displays. */
export function screenOf(text: string, columns: number): string[] {
  const lines: string[] = [""];
  let row = 0;
  let column = 0;
  const put = (character: string) => {
    if (column === columns) {
      row++;
      column = 0;
    }
    lines[row] ??= "";
    lines[row] = lines[row]!.padEnd(column).slice(0, column) + character + lines[row]!.slice(column + 1);
    column++;
  };
  // deno-lint-ignore no-control-regex -- escape sequences are what is read here
  for (const [token, argument, command] of text.matchAll(/\x1b\[([?\d;]*)([a-zA-Z])|[\s\S]/gu)) {
    if (command === "A") row = Math.max(0, row - Number(argument));
    else if (command === "J") lines.splice(row, lines.length, (lines[row] ?? "").slice(0, column));
    else if (command !== undefined) continue;
    else if (token === "\n") [row, column] = [row + 1, 0];
    else if (token === "\r") column = 0;
    else put(token!);
  }
  return lines.map((line) => line ?? "").slice(0, lines.findLastIndex((line) => line !== "") + 1);
}
