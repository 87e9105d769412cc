import assert from "node:assert/strict";
import { z } from "zod";
import { InvalidRequestError } from "../../engine/mod.ts";
import { readRunRequest } from "../../web/run_request.ts";

type RequestEngine = Parameters<typeof readRunRequest>[0];

/** An engine of one asset that refuses every plan. */
function refusing(error: InvalidRequestError): RequestEngine {
  const producer = {
    key: "bars",
    asset: { external: false },
    recipe: { config: z.strictObject({}), partitionsDef: {} },
  };
  return {
    graph: { producerOf: () => producer },
    settings: () => ({}),
    plan: () => Promise.reject(error),
  } as unknown as RequestEngine;
}

Deno.test("readRunRequest() says at its field what the engine refuses of a range", async () => {
  const message = "The range begins on 2024-06-03 and ends on 2024-01-03, which is earlier.";
  const parameters = new URLSearchParams("scope=this&from=2024-06-03&to=2024-01-03&names=NOPE");
  const ranged = await readRunRequest(
    refusing(
      new InvalidRequestError(message, [{ path: "range.from", message }, { path: "range.names", message: "No NOPE." }]),
    ),
    "bars",
    parameters,
  );
  assert.equal(ranged.asked, null);
  assert.deepEqual([...ranged.problems], [["from", message], ["names", "No NOPE."]]);
  const general = await readRunRequest(refusing(new InvalidRequestError("It is frozen.")), "bars", parameters);
  assert.deepEqual([...general.problems], [["", "It is frozen."]]);
});
