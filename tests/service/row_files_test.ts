import assert from "node:assert/strict";
import { tinyAssets } from "../support/tiny_engine.ts";
import { openRowStore, rowFileOptions } from "../../service/row_files.ts";
import { ConfigurationError, readEnvironment, secretsOf } from "../../settings/environment.ts";

async function open(variables: Record<string, string>) {
  const environment = readEnvironment(variables);
  return rowFileOptions(await openRowStore(environment), environment, { assets: tinyAssets, inTables: ["multiples"] });
}

async function refused(variables: Record<string, string>, wanted: RegExp): Promise<void> {
  await assert.rejects(async () => await open(variables), (error: Error) => {
    assert.ok(error instanceof ConfigurationError, String(error));
    assert.match(error.message, wanted);
    assert.ok(!/hush/.test(error.message), error.message);
    return true;
  });
}

Deno.test("openRowStore() opens a folder or an object store, for the assets named", async () => {
  assert.equal(await open({}), undefined);
  const folder = await Deno.makeTempDir();
  const inFolder = await open({ ROW_FILES: folder, PARQUET_ASSETS: "numbers, total" });
  assert.deepEqual([inFolder!.store.location, inFolder!.assets], [folder, ["numbers", "total"]]);
  await Deno.remove(folder);
  const inBucket = await open({
    ROW_FILES: "s3://bucket/some/rows/",
    AWS_ACCESS_KEY_ID: "hush-id",
    AWS_SECRET_ACCESS_KEY: "hush",
  });
  assert.deepEqual([inBucket!.store.location, inBucket!.assets], ["s3://bucket/some/rows", []]);
});

Deno.test("openRowStore() and rowFileOptions() name the variable and the remedy of each fault, and no secret", async () => {
  const folder = await Deno.makeTempDir();
  await refused({ PARQUET_ASSETS: "numbers" }, /^ROW_FILES: not set, but required by PARQUET_ASSETS. Set it/);
  await refused({ ROW_FILES: `${folder}/none` }, /^ROW_FILES: .*none is not a folder. Create it, or mount/);
  await refused({ ROW_FILES: "ftp://x/y" }, /^ROW_FILES: "ftp:\/\/x\/y" cannot be used. Allowed: a folder/);
  await refused(
    { ROW_FILES: folder, PARQUET_ASSETS: "nummers" },
    /^PARQUET_ASSETS: .*"nummers".*Did you mean "numbers"/,
  );
  await refused({ ROW_FILES: folder, PARQUET_ASSETS: "multiples" }, /^PARQUET_ASSETS: the rows of "multiples" stay in/);
  await refused({ ROW_FILES: folder, PARQUET_ASSETS: " , " }, /^PARQUET_ASSETS: .* cannot be used/);
  await refused({ ROW_FILES: "s3://bucket" }, /AWS_ACCESS_KEY_ID: not set[^]*AWS_SECRET_ACCESS_KEY: not set.*Set it/);
  const key = { AWS_ACCESS_KEY_ID: "hush-id", AWS_SECRET_ACCESS_KEY: "hush" };
  await refused(
    { ROW_FILES: "s3://bucket", ...key, AWS_ENDPOINT_URL: "https://a:hush@b" },
    /^AWS_ENDPOINT_URL: .*not shown/,
  );
  await Deno.remove(folder);
  const declared = [{ ...tinyAssets[0]!, storage: "parquet" as const }];
  assert.throws(
    () => rowFileOptions(undefined, readEnvironment({}), { assets: declared }),
    /ROW_FILES: not set, but "numbers" keeps its rows in/,
  );
  assert.deepEqual(secretsOf({ ...key, AWS_SESSION_TOKEN: "hush-token" }), ["hush-id", "hush", "hush-token"]);
});
