import assert from "node:assert/strict";
import { settingsText } from "../../assets/settings_text.ts";

Deno.test("settingsText() is one text for equal settings, in whatever order their keys came", () => {
  assert.equal(settingsText({ b: [2, { d: 1, c: null }], a: "x" }), '{"a":"x","b":[2,{"c":null,"d":1}]}');
  assert.equal(settingsText({ a: 1, b: undefined }), settingsText({ a: 1 }));
  assert.notEqual(settingsText({ a: [1, 2] }), settingsText({ a: [2, 1] }));
});
