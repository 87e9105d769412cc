import assert from "node:assert/strict";
import { volumesIn } from "../../../assets/market/volumes.ts";

Deno.test("volumesIn() finds a volume in any column, and takes blanks and zeros for none", () => {
  assert.equal(volumesIn([[NaN, 0], [0, 3]]), "in the source");
  assert.equal(volumesIn([[NaN, 0], []]), "none in the source: liquidity is not known");
  assert.equal(volumesIn([]), "none in the source: liquidity is not known");
});
