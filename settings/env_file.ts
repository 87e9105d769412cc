const BYTE_ORDER_MARK = "\uFEFF";

/**
 * Gives the first variable of an `.env` file that begins with a byte order mark its own name: some editors write the mark, and the runtime
 * takes it for the first letter of the name. A variable that is set already stays, as it does beside any `.env` file.
 */
export function dropByteOrderMark(env: Pick<Deno.Env, "toObject" | "set" | "delete" | "has"> = Deno.env): void {
  for (const [marked, value] of Object.entries(env.toObject())) {
    if (!marked.startsWith(BYTE_ORDER_MARK)) continue;
    const name = marked.slice(BYTE_ORDER_MARK.length).replace(/^export\s+/, "");
    env.delete(marked);
    if (name !== "" && !env.has(name)) env.set(name, value);
  }
}
