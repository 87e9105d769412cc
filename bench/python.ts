/**
 * Runs a script of this folder in Python: it reads `request` as JSON from standard input and prints its answer as JSON. The
 * environment variable PYTHON names the interpreter, default python3.
 *
 * @param options.imports Modules without which it is skipped.
 * @returns `null` if it is skipped or fails; the reason is printed.
 */
export async function askPython<T>(
  script: string,
  request: unknown,
  { imports, needs }: { imports: string; needs: string },
): Promise<T | null> {
  const python = Deno.env.get("PYTHON") ?? "python3";
  const skipped = (why: string) => {
    console.log(`\nNo reference: ${why} (PYTHON names another interpreter; it needs ${needs}).\n`);
    return null;
  };
  try {
    const args = ["-c", `import ${imports}`];
    const probe = await new Deno.Command(python, { args, stdout: "null", stderr: "null" }).output();
    if (!probe.success) return skipped(`${python} cannot import ${imports}`);
    const path = new URL(script, import.meta.url).pathname;
    const child = new Deno.Command(python, { args: [path], stdin: "piped", stdout: "piped", stderr: "inherit" })
      .spawn();
    const writer = child.stdin.getWriter();
    // If a reference ends early it does not read its input; its exit code reports that.
    await writer.write(new TextEncoder().encode(JSON.stringify(request))).then(() => writer.close()).catch(() => {});
    const { success, stdout } = await child.output();
    return success ? JSON.parse(new TextDecoder().decode(stdout)) : skipped("the reference failed");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return skipped(`there is no ${python}`);
    throw error;
  }
}
