import assert from "node:assert/strict";
import { silentLogger } from "../../../engine/mod.ts";
import { StepWatch } from "../../../engine/run/step_watch.ts";
import type { Database } from "../../../resources/database/database.ts";

Deno.test("StepWatch shows a follower no state that was read before it began to follow", async () => {
  const answers: PromiseWithResolvers<unknown[]>[] = [];
  const asked: PromiseWithResolvers<void>[] = [
    Promise.withResolvers(),
    Promise.withResolvers(),
    Promise.withResolvers(),
  ];
  const sql = () => {
    const answer = Promise.withResolvers<unknown[]>();
    answers.push(answer);
    asked[answers.length - 1]?.resolve();
    return answer.promise;
  };
  const watch = new StepWatch({ sql } as unknown as Database, silentLogger);
  const step = (attempt: number) => [{ runId: 1, key: "bars", status: "running", attempt }];
  const seen: string[] = [];
  const follow = (name: string) =>
    watch.follow({ runId: 1, key: "bars" }, ({ attempt }) => seen.push(`${name} ${attempt}`));
  const first = follow("first");
  await asked[0]!.promise;
  const second = follow("second");
  answers[0]!.resolve(step(1));
  await asked[1]!.promise;
  assert.deepEqual(seen.splice(0), ["first 1"]);
  first[Symbol.dispose]();
  answers[1]!.resolve(step(2));
  await asked[2]!.promise;
  assert.deepEqual(seen, ["second 2"]);
  second[Symbol.dispose]();
  answers[2]!.resolve([]);
  await new Promise((resolve) => setTimeout(resolve, 150));
  assert.equal(answers.length, 3, "without followers nothing is read");
});
