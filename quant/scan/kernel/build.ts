/**
 * Builds the scan's WebAssembly kernel: scan.as → scan_wasm.ts, which has the module's bytes as text.
 *
 * As a module, the bytes are part of every import, from a remote URL, in a bundle or in an executable, without a file to read and
 * without a permission. Run `deno run -A quant/scan/kernel/build.ts` after each change of scan.as; a test compares.
 *
 * @module
 */
import asc from "assemblyscript/asc";

const SOURCE = new URL("./scan.as", import.meta.url);
const ARTEFACT = new URL("./scan_wasm.ts", import.meta.url);

const FLAGS = [
  "--optimizeLevel",
  "3",
  "--shrinkLevel",
  "0",
  "--converge",
  "--noAssert",
  "--runtime",
  "stub",
  "--enable",
  "simd",
  "--use",
  "abort=",
];

/** Compiles the kernel's source to the text of `scan_wasm.ts`. */
export async function buildKernel(): Promise<string> {
  const source = await Deno.readTextFile(SOURCE);
  const written = new Map<string, Uint8Array | string>();
  const { error, stderr } = await asc.main(["scan.ts", "--outFile", "scan.wasm", ...FLAGS], {
    // The compiler looks for .ts; the source file has another extension, so that TypeScript tools ignore it.
    readFile: (name) => name === "scan.ts" ? source : null,
    writeFile: (name, contents) => void written.set(name, contents),
    listFiles: () => [],
  });
  const bytes = written.get("scan.wasm");
  if (error !== null || !(bytes instanceof Uint8Array)) {
    throw new Error(`The kernel does not compile:\n${stderr}`, { cause: error });
  }
  return [
    "// Made from scan.as by build.ts; do not edit.",
    "// deno-fmt-ignore-file",
    "",
    "/** The kernel's WebAssembly module in base64. */",
    `export const SCAN_WASM = "${bytes.toBase64()}";`,
    "",
  ].join("\n");
}

if (import.meta.main) {
  await Deno.writeTextFile(ARTEFACT, await buildKernel());
}
