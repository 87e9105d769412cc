import assert from "node:assert/strict";
import { buildKernel } from "../../../../quant/scan/kernel/build.ts";
import { SCAN_WASM } from "../../../../quant/scan/kernel/scan_wasm.ts";

Deno.test("scan_wasm.ts is what build.ts makes of scan.as", async () => {
  const committed = await Deno.readTextFile(new URL("../../../../quant/scan/kernel/scan_wasm.ts", import.meta.url));
  assert.ok(
    await buildKernel() === committed,
    "quant/scan/kernel/scan_wasm.ts is stale: run `deno run -A quant/scan/kernel/build.ts`",
  );
});

Deno.test("the scan's kernel imports nothing and uses no relaxed instruction", () => {
  const bytes = Uint8Array.fromBase64(SCAN_WASM);
  assert.deepEqual(WebAssembly.Module.imports(new WebAssembly.Module(bytes)), []);
  // Relaxed SIMD opcodes are 0xfd followed by 0x80–0x93 0x02 in LEB128.
  for (let i = 0; i + 2 < bytes.length; i++) {
    const relaxed = bytes[i] === 0xfd && bytes[i + 1]! >= 0x80 && bytes[i + 1]! <= 0x93 && bytes[i + 2] === 2;
    assert.ok(!relaxed, `byte ${i} reads as a relaxed instruction`);
  }
});
