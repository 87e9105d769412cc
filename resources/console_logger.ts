import { type Logger, loggerTo, type LogLevel } from "../engine/logger.ts";

const order: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** Writes log lines to standard error: sentences for people, or one JSON object a line for machines. */
export function consoleLogger({ format, level }: { format: "text" | "json"; level: LogLevel }): Logger {
  const encoder = new TextEncoder();
  const write = (line: string) => Deno.stderr.writeSync(encoder.encode(`${line}\n`));
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
