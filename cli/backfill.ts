import {
  type Backfill,
  type BackfillAction,
  backfillActions,
  type BackfillRequest,
  parseNames,
} from "../engine/mod.ts";
import { UsageError, type Values } from "./arguments.ts";
import { attentionLines } from "./attention.ts";
import { backfillList, backfillPlanText, backfillSummary, progressLine } from "./backfill_text.ts";
import type { Control } from "./control.ts";
import { paintFor } from "./paint.ts";
import type { Stream, Terminal } from "./terminal.ts";
import type { BackfillControl } from "./backfill_control.ts";
import { answering, type Call, type ControlSource, type ExitCode, layoutOf, opened, writeLines } from "./answering.ts";

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
  return await answering("backfill", { args, options, terminal }, async ({ values, positionals, answer }) => {
    const asked = askedOf(values, positionals);
    return await new BackfillCommand(await opened(control), terminal, { answer, json: values.json, pollMs }).run(asked);
  });
}

class BackfillCommand {
  constructor(
    private readonly control: Control,
    private readonly terminal: Terminal,
    private readonly call: Pick<Call<typeof options>, "answer"> & { json?: boolean; pollMs?: number },
  ) {}
  async run(asked: Asked): Promise<ExitCode> {
    const { backfills } = this.control;
    switch (asked.kind) {
      case "list": {
        const list = await backfills.list();
        return this.call.answer({ backfills: list }, () => backfillList(list, this.terminal.now(), this.#layout()));
      }
      case "plan": {
        const plan = await backfills.plan(asked.request);
        return this.call.answer(plan, () => backfillPlanText(plan, this.#layout()));
      }
      case "begin": {
        const begun = await backfills.submit(asked.request);
        if (!this.call.json) {
          writeLines(this.terminal.stdout, [...backfillPlanText(begun.plan, this.#layout()), ""]);
        }
        return await this.#follow(begun);
      }
      case "act": {
        const backfill = await backfills.act(asked.id, asked.action);
        if (asked.action === "resume" || asked.action === "retry") return await this.#follow(backfill);
        return this.call.answer(backfill, () => backfillSummary(backfill, this.#layout()));
      }
    }
  }

  async #follow(begun: Backfill): Promise<ExitCode> {
    const { stdout, stderr } = this.terminal;
    const stream = this.call.json ? stderr : stdout;
    const { backfill, left } = await followBackfill(this.control.backfills, begun, this.terminal, {
      stream,
      pollMs: this.call.pollMs,
    });
    this.call.answer(backfill, () =>
      left
        ? [
          `Backfill ${backfill.id} continues in the service, now or at its next start. ` +
          `To end it: deno task backfill --cancel ${backfill.id}`,
        ]
        : backfillSummary(backfill, this.#layout()));
    const attention = left ? [] : attentionLines(await this.control.assets(), this.#layout());
    if (attention.length > 0) writeLines(stream, ["", ...attention]);
    return backfill.status === "succeeded" ? 0 : 1;
  }

  #layout() {
    return layoutOf(this.terminal, { unlimited: 160 });
  }
}

const options = {
  from: "string",
  to: "string",
  names: "string",
  force: "boolean",
  "dry-run": "boolean",
  list: "boolean",
  pause: "string",
  resume: "string",
  cancel: "string",
  retry: "string",
} as const;

function askedOf(values: Values<typeof options>, positionals: readonly string[]): Asked {
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
  if (values.list) return { kind: "list" };
  const [action] = actions;
  if (action) {
    const id = Number(values[action]);
    if (!Number.isSafeInteger(id) || id < 1) throw new UsageError(`--${action} takes the number of a backfill.`);
    return { kind: "act", action, id };
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
  return { kind: values["dry-run"] ? "plan" : "begin", request };
}
