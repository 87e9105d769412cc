import {
  type Backfill,
  type BackfillAction,
  backfillActions,
  type BackfillRequest,
  parseNames,
} from "../engine/mod.ts";
import { parseArguments, UsageError } from "./arguments.ts";
import { attentionLines } from "./attention.ts";
import { backfillList, backfillPlanText, backfillSummary, progressLine } from "./backfill_text.ts";
import { type Control, RefusedError, UnreachableError } from "./control.ts";
import type { ControlSource, ExitCode } from "./materialize.ts";
import { paintFor } from "./paint.ts";
import type { Stream, Terminal } from "./terminal.ts";
import { usage } from "./usage.ts";
import type { BackfillControl } from "./backfill_control.ts";

/** Polling interval. */
const lookMs = 500;

/**
 * Shows a backfill until it has ended or is paused: a moving bar on a terminal, elsewhere a line for each finished asset. Ctrl-C
 * stops following; the backfill continues.
 *
 * @returns Its last state, and whether following stopped before it ended.
 * @throws {RefusedError | UnreachableError}
 */
async function followBackfill(
  control: BackfillControl,
  begun: Backfill,
  terminal: Terminal,
  { stream = terminal.stdout, pollMs = lookMs }: { stream?: Stream; pollMs?: number } = {},
): Promise<{ backfill: Backfill; left: boolean }> {
  const paint = paintFor(terminal, stream);
  const leaving = new AbortController();
  const restore = terminal.onInterrupt(() => leaving.abort());
  const announced = new Set(begun.assets.filter(({ state }) => state === "done").map(({ key }) => key));
  let backfill = begun;
  try {
    for (;;) {
      if (stream.isTerminal) stream.write(`\r\x1b[2K${progressLine(backfill, { width: stream.columns() - 1, paint })}`);
      else tellDone(backfill, announced, stream);
      if (backfill.status !== "running" || leaving.signal.aborted) break;
      await Promise.race([
        new Promise((resolve) => setTimeout(resolve, pollMs)),
        new Promise((resolve) => leaving.signal.addEventListener("abort", resolve, { once: true })),
      ]);
      backfill = await control.get(backfill.id);
    }
  } finally {
    restore();
    if (stream.isTerminal) stream.write("\r\x1b[2K");
  }
  return { backfill, left: backfill.status === "running" };
}

function tellDone(backfill: Backfill, announced: Set<string>, stream: Stream): void {
  for (const { key, state, partitions } of backfill.assets) {
    if (state !== "done" || announced.has(key)) continue;
    announced.add(key);
    stream.write(`${key} done${partitions ? `: ${partitions.done.count} partitions` : ""}\n`);
  }
}

type Asked =
  | { kind: "help" }
  | { kind: "list" }
  | { kind: "act"; action: BackfillAction; id: number }
  | { kind: "plan" | "begin"; request: BackfillRequest };

/**
 * `backfill SELECTION… [--from DATE] [--to DATE] [--names A,B] [--force] [--dry-run] [--json]`, or `backfill --list`, `--pause
 * N`, `--resume N`, `--cancel N`, `--retry N`. With `--json` standard output is a single document.
 */
export async function backfillCommand(
  args: readonly string[],
  control: ControlSource,
  terminal: Terminal,
  { pollMs }: { pollMs?: number } = {},
): Promise<ExitCode> {
  try {
    const { asked, json } = parseBackfill(args);
    if (asked.kind === "help") {
      terminal.stdout.write(usage("backfill"));
      return 0;
    }
    const opened = typeof control === "function" ? await control() : control;
    return await new BackfillCommand(opened, terminal, json, pollMs).run(asked);
  } catch (error) {
    if (error instanceof UsageError || error instanceof RefusedError) {
      // Show the usage only after invalid arguments, not after a rejected request.
      const more = error instanceof UsageError ? `\n${usage("backfill")}` : "";
      terminal.stderr.write(`${error.message}\n${more}`);
      return 2;
    }
    if (error instanceof UnreachableError) {
      terminal.stderr.write(`${error.message}\n`);
      return 1;
    }
    throw error;
  }
}

class BackfillCommand {
  constructor(
    private readonly control: Control,
    private readonly terminal: Terminal,
    private readonly json: boolean,
    private readonly pollMs: number | undefined,
  ) {}

  async run(asked: Exclude<Asked, { kind: "help" }>): Promise<ExitCode> {
    const { backfills } = this.control;
    switch (asked.kind) {
      case "list": {
        const list = await backfills.list();
        this.#answer({ backfills: list }, () => backfillList(list, this.terminal.now(), this.#layout()));
        return 0;
      }
      case "plan": {
        const plan = await backfills.plan(asked.request);
        this.#answer(plan, () => backfillPlanText(plan, this.#layout()));
        return 0;
      }
      case "begin": {
        const begun = await backfills.submit(asked.request);
        if (!this.json) this.#write([...backfillPlanText(begun.plan, this.#layout()), ""]);
        return await this.#follow(begun);
      }
      case "act": {
        const backfill = await backfills.act(asked.id, asked.action);
        if (asked.action === "resume" || asked.action === "retry") return await this.#follow(backfill);
        this.#answer(backfill, () => backfillSummary(backfill, this.#layout()));
        return 0;
      }
    }
  }

  async #follow(begun: Backfill): Promise<ExitCode> {
    const { stdout, stderr } = this.terminal;
    const stream = this.json ? stderr : stdout;
    const { backfill, left } = await followBackfill(this.control.backfills, begun, this.terminal, {
      stream,
      pollMs: this.pollMs,
    });
    this.#answer(backfill, () =>
      left
        ? [
          `Backfill ${backfill.id} continues in the service, now or at its next start. ` +
          `To end it: deno task backfill --cancel ${backfill.id}`,
        ]
        : backfillSummary(backfill, this.#layout()));
    const attention = left ? [] : attentionLines(await this.control.assets(), this.#layout());
    if (attention.length > 0) this.#write(["", ...attention], stream);
    return backfill.status === "succeeded" ? 0 : 1;
  }

  #answer(document: unknown, lines: () => readonly string[]): void {
    if (this.json) this.terminal.stdout.write(JSON.stringify(document, null, 2) + "\n");
    else this.#write(lines());
  }

  #write(lines: readonly string[], stream: Stream = this.terminal.stdout): void {
    stream.write(lines.map((line) => `${line}\n`).join(""));
  }

  #layout() {
    const { stdout } = this.terminal;
    return { width: stdout.isTerminal ? stdout.columns() : 160, paint: paintFor(this.terminal, stdout) };
  }
}

function parseBackfill(args: readonly string[]): { asked: Asked; json: boolean } {
  const { values, positionals } = parseArguments(args, {
    from: "string",
    to: "string",
    names: "string",
    force: "boolean",
    "dry-run": "boolean",
    json: "boolean",
    list: "boolean",
    pause: "string",
    resume: "string",
    cancel: "string",
    retry: "string",
    help: "boolean",
  });
  const json = values.json ?? false;
  if (values.help) return { asked: { kind: "help" }, json };
  const actions = backfillActions.filter((action) => values[action] !== undefined);
  const others = [...actions, ...(values.list ? ["list"] : [])];
  const selection = positionals.join(" ");
  if (others.length > 1) throw new UsageError(`One thing at a time: --${others.join(" or --")}, not both.`);
  const extra = [
    ...positionals,
    ...(["from", "to", "names", "force", "dry-run"] as const)
      .filter((name) => values[name] !== undefined).map((name) => `--${name}`),
  ];
  if (others.length === 1 && extra.length > 0) {
    throw new UsageError(`"${extra[0]}" cannot be combined with --${others[0]}.`);
  }
  if (values.list) return { asked: { kind: "list" }, json };
  const [action] = actions;
  if (action) {
    const id = Number(values[action]);
    if (!Number.isSafeInteger(id) || id < 1) throw new UsageError(`--${action} takes the number of a backfill.`);
    return { asked: { kind: "act", action, id }, json };
  }
  if (selection.trim() === "") throw new UsageError('Name what to backfill: an asset, a group or "*".');
  const { from, to, force } = values;
  const names = values.names === undefined ? undefined : parseNames(values.names).filter((name) => name !== "");
  const request = {
    selection,
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(names !== undefined && { names }),
    ...(force && { force }),
  };
  return { asked: { kind: values["dry-run"] ? "plan" : "begin", request }, json };
}
