import assert from "node:assert/strict";

/** Resident MB of a process that frees most of what it has taken in small pieces, before and after it gives memory back. */
async function residentOf(flag: string): Promise<{ before: number; after: number }> {
  const { stdout, success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-check",
      "--allow-read",
      ...flag ? [flag] : [],
      new URL("../support/fragmented_memory.ts", import.meta.url).href,
    ],
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

const isGlibc = Deno.build.os === "linux" && Deno.build.env === "gnu";

Deno.test({
  name: "returnFreedMemory() gives back what lies free between what is in use",
  ignore: !isGlibc,
  async fn() {
    const { before, after } = await residentOf("--allow-ffi");
    assert.ok(after < before - 100, `${before} MB before, ${after} after`);
  },
});

Deno.test("returnFreedMemory() does nothing, and asks for nothing, without permission for foreign functions", async () => {
  const { before, after } = await residentOf("");
  assert.ok(Math.abs(before - after) < 20, `${before} MB before, ${after} after`);
});
