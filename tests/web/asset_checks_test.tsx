import assert from "node:assert/strict";
import type { AnyAsset, CheckResult } from "../../engine/mod.ts";
import { AssetChecks } from "../../web/components/asset_checks.tsx";
import { textOfPage } from "../support/page_text.ts";

const asset = {
  checks: [{ name: "not_empty", description: "At least 1 row.", severity: "error" }],
} as unknown as AnyAsset;
const results: CheckResult[] = [{
  name: "not_empty",
  severity: "error",
  passed: true,
  message: "49 rows, 1 needed",
  failingRows: null,
  checkedAt: "2026-11-30T12:00:00Z",
}];

Deno.test("AssetChecks says of an asset with partitions which rows were counted", () => {
  const said = (rowCount: number | null) =>
    textOfPage(String(<AssetChecks asset={asset} results={results} failedChecks={[]} rowCount={rowCount} />));
  assert.match(said(58), /results are of the rows checked last, of 58 rows in all\..*49 rows, 1 needed/);
  assert.doesNotMatch(said(null), /in all/);
});
