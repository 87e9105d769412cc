/** The command line over the engine, in this process or behind HTTP. */
export { attentionLines } from "./attention.ts";
export { commandLine, type CommandLineParts } from "./command_line.ts";
export { type Control, type ListedAsset, RefusedError, UnreachableError } from "./control.ts";
export { auditedControl } from "./audited_control.ts";
export { engineControl } from "./engine_control.ts";
export { followRun } from "./follow_run.ts";
export { httpControl } from "./http_control.ts";
export type { ExitCode } from "./answering.ts";
export type { ImportControl, ImportReport } from "./import_control.ts";
export { httpTokens, storedTokens, type TokenControl } from "./token_control.ts";
export { processTerminal } from "./terminal.ts";
