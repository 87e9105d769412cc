/**
 * The folder with real prices and golden numbers; `null` if it is missing.
 *
 * `TANDEM_SHARED` names it; otherwise it is `../shared` beside the repository. It is not part of the project: without it, tests
 * that need it are ignored, with a note in their names.
 */
export function sharedFolder(): string | null {
  const folder = Deno.env.get("TANDEM_SHARED") ?? new URL("../../../shared", import.meta.url).pathname;
  try {
    return Deno.statSync(`${folder}/reference/golden`).isDirectory ? folder : null;
  } catch {
    return null;
  }
}
