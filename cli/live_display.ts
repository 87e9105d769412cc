import { type Paint, paintFor, type Style } from "./paint.ts";
import type { RunDisplay } from "./run_display.ts";
import { fractionOf, type RunProgress, type StepProgress, tookMs } from "./run_progress.ts";
import { publishedText, runStyle, STEP_WORDS } from "./run_words.ts";
import type { Stream, Terminal } from "./terminal.ts";
import { clip, counted, duration } from "./text.ts";

const redrawMs = 100;
const spinner = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
/** Maximum number of running steps drawn; further ones are counted. */
const maxDrawnSteps = 8;
const barWidth = 20;

const hideCursor = "\x1b[?25l";
const showCursor = "\x1b[?25h";

/** A piece of a line, with its style. */
type Piece = string | [style: Style, text: string];

/**
 * Running steps with a bar each and one for the whole run, redrawn in place; ended steps stay above as lines. Lines are cut to
 * the current width of the terminal, and never wrap.
 */
export function liveDisplay(stream: Stream, terminal: Terminal, progress: RunProgress): RunDisplay {
  const paint = paintFor(terminal, stream);
  /** Lengths of the redrawn lines. */
  let drawn: number[] = [];
  let frame = 0;
  let waiting: string | null = null;
  let ended = false;

  function erase(): string {
    // If the terminal became narrower, it has wrapped the drawn lines.
    const width = stream.columns();
    const rows = drawn.reduce((sum, length) => sum + Math.max(1, Math.ceil(length / width)), 0);
    return rows > 0 ? `\x1b[${rows}A\r\x1b[J` : "";
  }

  function redraw(above: readonly Piece[][] = []): void {
    const width = stream.columns() - 1;
    const keyWidth = keyColumn(progress, width);
    const region = regionLines(progress, { now: terminal.now(), frame, keyWidth, waiting });
    const text = erase() + [...above, ...region].map((line) => painted(line, width, paint) + "\n").join("");
    drawn = region.map((line) => Math.min(width, lengthOf(line)));
    stream.write(text);
  }

  stream.write(hideCursor);
  const stopTicking = terminal.every(redrawMs, () => {
    frame++;
    redraw();
  });

  return {
    show({ kind, data }, step) {
      const keyWidth = keyColumn(progress, stream.columns() - 1);
      if (kind === "log" && (data.level === "warn" || data.level === "error")) {
        redraw([[["yellow", "  ! "], `${step ? `${step.key}: ` : ""}${data.message}`]]);
      } else if (kind === "step_retry") {
        redraw([[
          ["yellow", "  ! "],
          `${step!.key}: next attempt in ${duration(Number(data.delayMs))}, ${step!.error}`,
        ]]);
      } else if (step && (step.finishedAt !== null) && kind.startsWith("step_")) {
        redraw([endedLine(step, keyWidth, terminal.now())]);
      } else {
        redraw();
      }
    },
    note(text) {
      redraw([[text]]);
    },
    waits(text) {
      waiting = text;
      redraw();
    },
    end() {
      if (ended) return;
      ended = true;
      stopTicking();
      stream.write(erase() + showCursor);
      drawn = [];
    },
  };
}

function endedLine(step: StepProgress, keyWidth: number, now: number): Piece[] {
  const { mark, word, style } = STEP_WORDS[step.status];
  const took = tookMs(step, now);
  return [
    "  ",
    [style, mark],
    ` ${pad(step.key, keyWidth)} `,
    ["dim", (took === null ? "" : duration(took)).padStart(8)],
    "  ",
    step.status === "succeeded"
      ? publishedText(step)
      : step.status === "failed"
      ? ["red", step.error ?? word]
      : step.status === "skipped"
      ? [style, `skipped because ${step.skippedBecause} failed`]
      : [style, word],
  ];
}

function regionLines(
  progress: RunProgress,
  { now, frame, keyWidth, waiting }: { now: number; frame: number; keyWidth: number; waiting: string | null },
): Piece[][] {
  const running = progress.running;
  const lines = running.slice(0, maxDrawnSteps).map((step): Piece[] => {
    const fraction = fractionOf(step);
    return [
      "  ",
      ["cyan", spinner[frame % spinner.length]!],
      ` ${pad(step.key, keyWidth)} `,
      ["dim", duration(tookMs(step, now) ?? 0).padStart(8)],
      "  ",
      ...(step.part ? [...bar(fraction), ` ${percent(fraction)}`] : [["dim", "working"] as Piece]),
      step.attempt > 1 ? ["yellow", `  attempt ${step.attempt}`] : "",
    ];
  });
  if (running.length > maxDrawnSteps) lines.push([`  and ${running.length - maxDrawnSteps} more`]);
  if (waiting !== null) lines.push(["  ", ["yellow", "waits for "], waiting]);
  const elapsed = progress.startedAt === null ? 0 : now - progress.startedAt;
  lines.push([
    ["bold", `Run ${progress.runId}`],
    " ",
    ...bar(progress.fraction),
    ` ${percent(progress.fraction)}  ${progress.ended} of ${counted(progress.steps.size, "step")}  `,
    ["dim", duration(elapsed)],
    "  ",
    progress.status === "running" ? "" : [runStyle(progress.status), progress.status],
  ]);
  return lines;
}

function bar(fraction: number): Piece[] {
  const full = Math.floor(fraction * barWidth);
  return [["cyan", "█".repeat(full)], ["dim", "░".repeat(barWidth - full)]];
}

function percent(fraction: number): string {
  return `${Math.floor(100 * fraction)} %`.padStart(5);
}

/** Width of the column of keys, which leaves room for the text beside them. */
function keyColumn(progress: RunProgress, width: number): number {
  const longest = Math.max(0, ...[...progress.steps.keys()].map((key) => key.length));
  return Math.min(longest, Math.max(8, width - 36));
}

function pad(text: string, width: number): string {
  return clip(text, width).padEnd(width);
}

function lengthOf(line: readonly Piece[]): number {
  return line.reduce((sum, piece) => sum + (typeof piece === "string" ? piece : piece[1]).length, 0);
}

/** A line cut to `width` and styled. Line breaks in it, as in errors, become blanks. */
function painted(line: readonly Piece[], width: number, paint: Paint): string {
  const cut = lengthOf(line) > width;
  let room = cut ? width - 1 : width;
  let out = "";
  for (const piece of line) {
    const [style, whole] = typeof piece === "string" ? [null, piece] : piece;
    const text = whole.replace(/\s*\n\s*/g, " ").slice(0, room);
    room -= text.length;
    out += style === null ? text : paint(style, text);
  }
  return cut ? `${out}…` : out.trimEnd();
}
