import assert from "node:assert/strict";
import { join } from "node:path";
import { unpackArchive } from "../../../resources/database/unpack_archive.ts";

/** A tar entry: header and content, each filled up to blocks of 512 bytes. */
function entry(name: string, type: string, content = new Uint8Array(0)): Uint8Array {
  const bytes = new Uint8Array(512 + Math.ceil(content.length / 512) * 512);
  const put = (at: number, text: string) => bytes.set(new TextEncoder().encode(text), at);
  put(0, name);
  put(124, content.length.toString(8).padStart(11, "0"));
  put(156, type);
  bytes.set(content, 512);
  return bytes;
}

function archive(...entries: Uint8Array[]): Promise<Blob> {
  const parts = [...entries, new Uint8Array(1024)].map((bytes) => new Uint8Array(bytes));
  return new Response(new Blob(parts).stream().pipeThrough(new CompressionStream("gzip"))).blob();
}

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "tandem-unpack-" });
  try {
    await test(join(folder, "unpacked"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("unpackArchive() writes folders and files of every size, for this user alone", async () => {
  await inFolder(async (folder) => {
    const sizes = [0, 1, 511, 512, 513, 300_000];
    const contents = sizes.map((size) => Uint8Array.from({ length: size }, (_, i) => i * 7 % 251));
    const files = contents.map((content, i) => entry(`/a/b/${sizes[i]}`, "0", content));
    await unpackArchive(await archive(entry("/a", "5"), entry("/a/b", "5"), ...files), folder);
    for (const [i, content] of contents.entries()) {
      const path = join(folder, "a", "b", String(sizes[i]));
      assert.deepEqual(await Deno.readFile(path), content);
      if (Deno.build.os !== "windows") assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
    }
  });
});

Deno.test("unpackArchive() refuses links, paths that lead out, and archives that end too soon", async () => {
  const cases: [Uint8Array[], RegExp][] = [
    [[entry("/link", "2")], /entry of type 2: \/link/],
    [[entry("/../outside", "0")], /outside its folder: \/\.\.\/outside/],
    [[entry("/file", "0", new Uint8Array(9000)).subarray(0, 4096)], /ends in the middle of a file/],
  ];
  for (const [entries, message] of cases) {
    await inFolder(async (folder) => {
      await assert.rejects(async () => await unpackArchive(await archive(...entries), folder), message);
    });
  }
});
