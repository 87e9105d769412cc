/**
 * The folder with real prices and golden numbers, or `null` where it is absent.
 *
 * `TANDEM_SHARED` names it; otherwise `../shared` beside the repository is tried. It is not part of the project: tests that
 * need it are ignored without it, and say so in their names.
 */
export function sharedFolder(): string | null {
  const folder = Deno.env.get("TANDEM_SHARED") ?? new URL("../../../shared", import.meta.url).pathname;
  try {
    return Deno.statSync(`${folder}/reference/golden`).isDirectory ? folder : null;
  } catch {
    return null;
  }
}
