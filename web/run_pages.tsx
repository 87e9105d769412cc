import { answer } from "./answer.tsx";
import { Hono } from "hono";
import { type Engine, type Scheduler, UnknownRunError } from "../engine/mod.ts";
import { firstLines, RunPage } from "./pages/run.tsx";
import { filterOf, fittedHours, runsAddress, RunsPage } from "./pages/runs.tsx";
import { SchedulesPage } from "./pages/schedules.tsx";

/** Parts of the engine used by the pages of runs and schedules. */
export type RunEngine = Pick<Engine, "runs" | "run" | "processes" | "ledger" | "backfills" | "graph" | "automation">;

/** Dependencies of the pages. */
export interface RunPagesOptions {
  engine: RunEngine;
  scheduler: Pick<Scheduler, "states">;
  clock: { now(): Temporal.Instant };
}

/** Number of runs on a page of the list, and on the timeline. */
const listed = 50;
const drawn = 500;

/** Past, current and scheduled runs: `/runs`, `/runs/:id` and `/schedules`. */
export function runPages({ engine, scheduler, clock }: RunPagesOptions): Hono {
  return new Hono()
    .get("/runs", async (c) => {
      const { search, problems } = runsAddress.read(new URL(c.req.url).searchParams);
      const now = clock.now();
      const [found, recent, backfills, schedules, processes] = await Promise.all([
        engine.runs({ limit: listed + 1, ...filterOf(search) }),
        engine.runs({ limit: drawn, from: now.subtract({ hours: Number(search.hours ?? 24) }) }),
        engine.backfills.list({ limit: 20 }),
        scheduler.states(),
        engine.processes(),
      ]);
      const hours = search.hours ?? fittedHours(recent.map(({ createdAt }) => createdAt), now.epochMilliseconds);
      const span = {
        fromMs: now.epochMilliseconds - Number(hours) * 3_600_000,
        // As much of what is scheduled as a fifth of the width holds.
        toMs: now.epochMilliseconds + Number(hours) * 900_000,
      };
      const runs = found.slice(0, listed);
      const html = (
        <RunsPage
          search={search}
          problems={problems}
          runs={runs}
          next={found.length > listed ? runs.at(-1)!.id : null}
          hours={hours}
          timeline={{ span, runs: recent }}
          backfills={backfills.filter(({ finishedAt }) => finishedAt === null)}
          schedules={schedules}
          assets={engine.graph.producers.map(({ key }) => key)}
          processes={processes}
          now={now.epochMilliseconds}
        />
      );
      return answer(c, html, problems.size > 0 ? 400 : 200, { runs: [...runs, ...recent] });
    })
    .get("/runs/:id{[1-9][0-9]{0,14}}", async (c) => {
      const id = Number(c.req.param("id"));
      try {
        const [run, { config }, events] = await Promise.all([
          engine.run(id),
          engine.ledger.runs.settings(id),
          engine.ledger.events.last(id, firstLines),
        ]);
        const html = <RunPage run={run} config={config} events={events} now={clock.now().epochMilliseconds} />;
        return answer(c, html, 200, { runs: [run] });
      } catch (error) {
        if (error instanceof UnknownRunError) return c.notFound();
        throw error;
      }
    })
    .get("/schedules", async (c) => {
      const automated = engine.graph.producers.filter(({ recipe }) => recipe.automation);
      const [schedules, automations] = await Promise.all([
        scheduler.states(),
        Promise.all(automated.map(({ key }) => engine.automation.state(key, { limit: 10 }))),
      ]);
      const html = (
        <SchedulesPage schedules={schedules} automations={automations} now={clock.now().epochMilliseconds} />
      );
      return answer(c, html);
    });
}
