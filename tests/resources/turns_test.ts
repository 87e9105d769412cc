import assert from "node:assert/strict";
import { holdTurns, nextTurn, takingTurns } from "../../resources/turns.ts";

Deno.test("nextTurn() waits while turns are held, and lets other work in", async () => {
  const ended: string[] = [];
  const resume = holdTurns();
  const turn = nextTurn().then(() => ended.push("computation"));
  for (let n = 0; n < 3; n++) {
    await new Promise((resolve) => setTimeout(resolve));
    ended.push(`work ${n}`);
  }
  resume();
  await turn;
  assert.deepEqual(ended, ["work 0", "work 1", "work 2", "computation"]);
  await nextTurn();
});

Deno.test("nextTurn() goes on after a while if what holds the turns waits for it", async () => {
  const resume = holdTurns();
  await nextTurn();
  resume();
});

Deno.test("takingTurns() yields once its time is used up", async () => {
  let yielded = false;
  setTimeout(() => yielded = true);
  const turn = takingTurns(5);
  await turn();
  assert.equal(yielded, false);
  const end = performance.now() + 10;
  while (performance.now() < end);
  await turn();
  assert.equal(yielded, true);
});
