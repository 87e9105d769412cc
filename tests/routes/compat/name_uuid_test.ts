import assert from "node:assert/strict";
import { isUuid, nameUuid, pairId } from "../../../routes/compat/name_uuid.ts";

Deno.test("nameUuid() equals the example of RFC 9562, appendix A.4", () => {
  const dns = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
  assert.equal(nameUuid(dns, "www.example.com"), "2ed6657d-e927-568b-95e1-2665a8aea6a2");
});

Deno.test("pairId() is stable, depends on the order and is unique for each pair", () => {
  // Clients keep ids: this one was recorded when the routes were first published.
  assert.equal(pairId({ ticker_1: "IXUS", ticker_2: "VXUS" }), "e17f4600-584b-5174-a483-43a21b61ff41");
  assert.notEqual(pairId({ ticker_1: "IXUS", ticker_2: "VXUS" }), pairId({ ticker_1: "VXUS", ticker_2: "IXUS" }));
  assert.notEqual(pairId({ ticker_1: "A,B", ticker_2: "C" }), pairId({ ticker_1: "A", ticker_2: "B,C" }));
  assert.ok(isUuid(pairId({ ticker_1: "A", ticker_2: "B" })));
});

Deno.test("isUuid() takes UUIDs in either case and nothing else", () => {
  assert.ok(isUuid("2ED6657D-e927-568b-95e1-2665a8aea6a2"));
  for (
    const text of ["", "1", "2ed6657de927568b95e12665a8aea6a2", "2ed6657d-e927-568b-95e1-2665a8aea6a2x", "g".repeat(36)]
  ) {
    assert.ok(!isUuid(text), text);
  }
});
