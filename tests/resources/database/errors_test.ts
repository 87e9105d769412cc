import assert from "node:assert/strict";
import postgres from "postgres";
import {
  databaseErrorKind,
  databaseErrorOf,
  databaseErrorText,
  DatabaseLostError,
} from "../../../resources/database/mod.ts";

function postgresError(code: string): Error {
  const Class = postgres.PostgresError as unknown as new (fields: object) => Error;
  return new Class({ message: "said by the server", code });
}

Deno.test("databaseErrorKind() distinguishes lost connections, transient and permanent errors", () => {
  const kinds = {
    lost: ["08000", "08006", "08P01", "25P03", "57P01", "57P02", "57P03", "57P05"],
    transient: ["25006", "40001", "40P01", "53100", "53200", "53300", "55P03", "57014", "58030"],
    permanent: ["22003", "23505", "25P02", "28P01", "3D000", "42P01", "58P01", "XX000"],
  };
  for (const [kind, codes] of Object.entries(kinds)) {
    for (const code of codes) assert.equal(databaseErrorKind(postgresError(code)), kind, code);
  }
  assert.equal(databaseErrorKind(new DatabaseLostError()), "lost");
  assert.equal(databaseErrorKind(Object.assign(new Error("write"), { code: "CONNECTION_CLOSED" })), "lost");
});

Deno.test("databaseErrorKind() looks through causes, and takes no other program's error for the database's", () => {
  assert.equal(databaseErrorKind(new Error("The step failed.", { cause: postgresError("53100") })), "transient");
  const refused = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
  assert.equal(databaseErrorKind(new TypeError("The vendor does not answer.", { cause: refused })), null);
  assert.equal(databaseErrorKind(new DatabaseLostError("Nothing listens.", { cause: refused })), "lost");
  assert.equal(databaseErrorKind("57P01"), null);
});

Deno.test("DatabaseLostError says why in its own sentence", () => {
  const cause = new DatabaseLostError(undefined, { cause: new Error("read ECONNRESET") });
  assert.equal(cause.message, "The connection to the database was lost: read ECONNRESET.");
  assert.equal(new DatabaseLostError("None can be had.", { cause }).message, "None can be had: read ECONNRESET.");
});

Deno.test("an error that passed between threads as text has the same name, message, stack and kind", () => {
  for (
    const error of [new DatabaseLostError(), postgresError("53100"), postgresError("23505"), new RangeError("high")]
  ) {
    const { name, message, stack } = error;
    const passed = databaseErrorOf(structuredClone(databaseErrorText(error)));
    assert.deepEqual([passed.name, passed.message, passed.stack], [name, message, stack]);
    assert.equal(databaseErrorKind(passed), databaseErrorKind(error));
    assert.ok(passed instanceof Error);
  }
  assert.equal(databaseErrorOf(databaseErrorText("thrown")).message, "thrown");
});
