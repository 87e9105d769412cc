/** Name of the threads that run steps, by which the entry module recognizes them. */
export const threadName = "tandem steps";

/** Whether this is a thread that a server has started to run steps. */
export function isStepThread(): boolean {
  return "DedicatedWorkerGlobalScope" in globalThis && (globalThis as unknown as { name: string }).name === threadName;
}
