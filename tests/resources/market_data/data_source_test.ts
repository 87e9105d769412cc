import assert from "node:assert/strict";
import { dataSourceOf, isSimulated } from "../../../resources/market_data/mod.ts";

Deno.test("dataSourceOf() names the source of each setting for people", () => {
  for (
    const [setting, expected] of [
      ["simulated", ["simulated", "simulated", "simulated market, seed 1"]],
      ["simulated:42", ["simulated", "simulated", "simulated market, seed 42"]],
      ["csv:prices.csv", ["csv", "file", "csv: prices.csv"]],
      ["csv:/home/somebody/private/prices 2024.csv.gz", ["csv", "file", "csv: prices 2024.csv.gz"]],
      ["parquet:data\\bars.parquet", ["parquet", "file", "parquet: bars.parquet"]],
      ["csv:a:b.csv", ["csv", "file", "csv: a:b.csv"]],
      ["imported", ["imported", "file", "imported"]],
      ["polygon", ["polygon", "vendor", "polygon"]],
    ] as const
  ) {
    const { name, kind, label } = dataSourceOf(setting);
    assert.deepEqual([name, kind, label], expected);
    assert.equal(isSimulated(name), kind === "simulated");
  }
});

Deno.test("dataSourceOf() reveals no credentials of an address", () => {
  for (
    const [setting, label] of [
      ["csv:https://user:hunter2@files.example/feed/prices.csv?token=hunter2#hunter2", "csv: prices.csv"],
      ["parquet:s3://key:hunter2@bucket/bars.parquet", "parquet: bars.parquet"],
      ["csv:https://user:hunter2@files.example/?token=hunter2", "csv: files.example"],
      ["csv:https://user:hunter2@files.example", "csv: files.example"],
    ] as const
  ) {
    assert.equal(dataSourceOf(setting).label, label);
  }
});
