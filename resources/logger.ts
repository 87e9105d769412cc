export type LogLevel = "debug" | "info" | "warn" | "error";

/** Structured log lines. `fields` are for machines, `message` is a sentence. Neither may hold a secret. */
export interface Logger {
  log(level: LogLevel, message: string, fields?: Record<string, unknown>): void;
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
  /** The same logger with fields that every line carries. */
  with(fields: Record<string, unknown>): Logger;
}

/** A logger that hands each line to `write`. */
export function loggerTo(
  write: (level: LogLevel, message: string, fields: Record<string, unknown>) => void,
  fixed: Record<string, unknown> = {},
): Logger {
  const log = (level: LogLevel, message: string, fields: Record<string, unknown> = {}) =>
    write(level, message, { ...fixed, ...fields });
  return {
    log,
    debug: (message, fields) => log("debug", message, fields),
    info: (message, fields) => log("info", message, fields),
    warn: (message, fields) => log("warn", message, fields),
    error: (message, fields) => log("error", message, fields),
    with: (fields) => loggerTo(write, { ...fixed, ...fields }),
  };
}

/** A logger that says nothing. */
export const silentLogger: Logger = loggerTo(() => {});
