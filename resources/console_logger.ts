import { type Logger, loggerTo, type LogLevel } from "./logger.ts";
import { redactor } from "./redaction.ts";

const order: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/**
 * Writes log lines to standard error: sentences for people, or one JSON object a line for machines. Whatever is said, neither the
 * given secrets nor anything that has the form of one is written: this is the one place that sees to it.
 */
export function consoleLogger(
  { format, level, secrets = [], writeLine = writeError }: {
    format: "text" | "json";
    level: LogLevel;
    secrets?: readonly string[];
    writeLine?: (line: string) => void;
  },
): Logger {
  const redact = redactor(secrets);
  const write = (line: string) => writeLine(redact(line));
  return loggerTo((of, message, fields) => {
    if (order.indexOf(of) < order.indexOf(level)) return;
    const at = Temporal.Now.instant().toString({ smallestUnit: "millisecond" });
    if (format === "json") return void write(JSON.stringify({ at, level: of, message, ...fields }));
    const { stack, ...rest } = fields;
    const extras = Object.entries(rest).map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(" ");
    write(`${at.slice(11, 19)} ${of.padEnd(5)} ${message}${extras ? `  ${extras}` : ""}`);
    if (typeof stack === "string" && level === "debug") write(stack);
  });
}

function writeError(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}
