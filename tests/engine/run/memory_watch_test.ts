import assert from "node:assert/strict";
import { MemoryWatch } from "../../../engine/run/memory_watch.ts";

Deno.test("MemoryWatch is short of memory from the limit on, until half an hour after the last time", () => {
  const at = { minutes: 0, residentMb: 999 };
  const memory = new MemoryWatch(1_000, { residentMb: () => at.residentMb, now: () => at.minutes * 60_000 });
  assert.equal(memory.isShort(), false);
  at.residentMb = 1_000;
  assert.equal(memory.isShort(), true);
  Object.assign(at, { residentMb: 10, minutes: 29.9 });
  assert.equal(memory.isShort(), true);
  Object.assign(at, { residentMb: 2_000, minutes: 32 });
  assert.equal(memory.isShort(), true);
  Object.assign(at, { residentMb: 10, minutes: 62 });
  assert.equal(memory.isShort(), false);
});

Deno.test("MemoryWatch sees a peak while a step runs, and measures no longer than all steps do", async () => {
  let residentMb = 10;
  let measured = 0;
  const memory = new MemoryWatch(1_000, { residentMb: () => (measured++, residentMb), now: () => 0 });
  {
    using _first = memory.watching();
    {
      using _second = memory.watching();
    }
    residentMb = 1_000;
    while (measured === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    residentMb = 10;
  }
  assert.equal(memory.isShort(), true);
});

Deno.test("MemoryWatch without a limit measures nothing", () => {
  const memory = new MemoryWatch(Infinity, { residentMb: () => assert.fail(), now: () => 0 });
  using _running = memory.watching();
  assert.equal(memory.isShort(), false);
});
