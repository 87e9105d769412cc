import assert from "node:assert/strict";
import {
  type FileStore,
  FileStoreError,
  MissingFileError,
  type S3Options,
  s3Store,
} from "../../../resources/row_files/mod.ts";
import { s3Error, type S3Server, startS3 } from "../../support/s3_server.ts";

async function withStore(
  test: (
    around: { store: FileStore; server: S3Server; again(options?: Partial<S3Options>): FileStore },
  ) => Promise<void>,
): Promise<void> {
  await using server = startS3();
  const copies = await Deno.makeTempDir();
  const { endpoint, accessKeyId, secretAccessKey } = server;
  const again = (options: Partial<S3Options> = {}) =>
    s3Store({
      bucket: "bucket",
      prefix: "some rows",
      region: "eu-central-1",
      endpoint,
      accessKeyId,
      secretAccessKey,
      copies,
      ...options,
    });
  try {
    await test({ store: again(), server, again });
  } finally {
    await Deno.remove(copies, { recursive: true });
  }
}

const bytes = new TextEncoder().encode("rows and more rows");
const file = { path: "daily_bars/2026-11-a+b é.parquet", bytes: bytes.length };
/** A store without the copies of another one. */
const fresh = async () => ({ copies: await Deno.makeTempDir() });

Deno.test("s3Store() writes, reads, lists and deletes with valid signatures, under its prefix alone", async () => {
  await withStore(async ({ store, server, again }) => {
    server.objects.set("other/file", { bytes, at: new Date() });
    await store.write(file.path, bytes);
    assert.deepEqual([...server.objects.keys()], ["other/file", `some rows/${file.path}`]);
    assert.equal(store.location, "s3://bucket/some rows");
    assert.equal(store.addressOf(file.path), `s3://bucket/some rows/${file.path}`);
    const other = again(await fresh());
    assert.deepEqual(await Deno.readFile(await other.localPath(file)), bytes);
    server.pageKeys = 2;
    for (let k = 0; k < 5; k++) await store.write(`k/${k}&<`, bytes);
    const encoded = await store.list();
    server.encodes = false;
    const listed = await store.list();
    assert.deepEqual(listed, encoded);
    assert.deepEqual(listed.map(({ path }) => path).sort(), [file.path, ...[0, 1, 2, 3, 4].map((k) => `k/${k}&<`)]);
    assert.ok(listed.every((one) => one.bytes === bytes.length && Math.abs(one.modifiedAt - Date.now()) < 60_000));
    await store.remove([file.path, "never there"]);
    assert.ok(!server.objects.has(`some rows/${file.path}`));
    assert.ok(server.objects.has("other/file"));
  });
});

Deno.test("s3Store() reads a file once for many readers, and keeps what it has written", async () => {
  await withStore(async ({ store, server, again }) => {
    await store.write(file.path, bytes);
    const gets = () => server.requests.filter((request) => request.startsWith("GET")).length;
    await store.localPath(file);
    assert.equal(gets(), 0);
    const other = again(await fresh());
    const paths = await Promise.all([1, 2, 3].map(() => other.localPath(file)));
    assert.deepEqual([gets(), new Set(paths).size], [1, 1]);
    await Deno.writeTextFile(paths[0]!, "cut off");
    await other.localPath(file);
    assert.equal(gets(), 2, "a copy of another size is fetched again");
    assert.equal((await Deno.stat(paths[0]!)).mode! & 0o077, 0, "copies are readable by this user alone");
  });
});

Deno.test("s3Store() repeats what the store answers with 500 or 503 and what is cut, a few times", async () => {
  await withStore(async ({ store, server, again }) => {
    let faults = 2;
    server.fault = () => faults-- > 0 ? s3Error(503, "SlowDown") : undefined;
    await store.write(file.path, bytes);
    assert.deepEqual(server.objects.get(`some rows/${file.path}`)!.bytes, bytes);
    faults = 2;
    server.fault = () => faults-- > 0 ? "cut" : undefined;
    assert.deepEqual(await Deno.readFile(await again(await fresh()).localPath(file)), bytes);
    server.requests.length = 0;
    server.fault = () => s3Error(500, "InternalError");
    await assert.rejects(store.write("another", bytes), {
      name: "FileStoreError",
      message:
        "s3://bucket/some rows/another cannot be written: the store answered with InternalError (status 500). Try again later.",
    });
    assert.equal(server.requests.length, 4);
    assert.ok(!server.objects.has("some rows/another"));
  });
});

Deno.test("s3Store() says what is wrong and what to do, without any secret", async () => {
  await withStore(async ({ store, server, again }) => {
    await assert.rejects(store.localPath(file), (error: Error) => {
      assert.ok(error instanceof MissingFileError);
      assert.match(error.message, /^s3:\/\/bucket\/some rows\/daily_bars.* is missing.*Restore it/);
      return true;
    });
    const messages: string[] = [];
    const refused = async (work: Promise<unknown>, wanted: RegExp) =>
      await assert.rejects(work, (error: Error) => {
        assert.ok(error instanceof FileStoreError && !(error instanceof MissingFileError), String(error));
        assert.match(error.message, wanted);
        messages.push(error.message, String(error.stack), JSON.stringify(error.cause ?? null));
        return true;
      });
    const before = server.requests.length;
    await refused(
      again({ secretAccessKey: "wrong-secret" }).list(),
      /refused it with SignatureDoesNotMatch \(status 403\). Check AWS_ACCESS_KEY_ID/,
    );
    assert.equal(server.requests.length, before + 1, "a refusal is not repeated");
    await refused(again({ bucket: "none" }).list(), /NoSuchBucket \(status 404\). Check the bucket/);
    await refused(again({ bucket: "none" }).write("x", bytes), /NoSuchBucket/);
    await refused(
      again({ endpoint: "http://127.0.0.1:9" }).list(),
      /no complete answer came. Check the network and AWS_ENDPOINT_URL/,
    );
    server.fault = () => new Promise((resolve) => setTimeout(() => resolve(undefined), 300));
    await refused(again({ timeoutMs: 50 }).list(), /no complete answer came/);
    await store.write(file.path, bytes);
    server.fault = () => undefined;
    await refused(again(await fresh()).localPath({ ...file, bytes: 5 }), /has 18 bytes and was written with 5/);
    for (const message of messages) assert.ok(!/very-secret|wrong-secret|key-id/.test(message), message);
  });
});

Deno.test("s3Store() deletes the copies that were used longest ago when there are too many", async () => {
  const copies = await Deno.makeTempDir();
  await withStore(async ({ again }) => {
    const store = again({ copies, maxCopiesBytes: 10 * bytes.length });
    const long = new Date(Date.now() - 3_600_000);
    const paths: string[] = [];
    for (let k = 0; k < 20; k++) {
      await store.write(`k/${k}`, bytes);
      paths.push(await store.localPath({ path: `k/${k}`, bytes: bytes.length }));
      await Deno.utime(paths[k]!, long, long);
    }
    const left = await Promise.all(paths.map((path) => Deno.stat(path).then(() => true, () => false)));
    assert.ok(left.filter(Boolean).length <= 11, `${left.filter(Boolean).length} are left`);
    assert.deepEqual(await Deno.readFile(await store.localPath({ path: "k/0", bytes: bytes.length })), bytes);
  });
  await Deno.remove(copies, { recursive: true });
});
