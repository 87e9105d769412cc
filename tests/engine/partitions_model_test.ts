import assert from "node:assert/strict";
import type { Engine, Run } from "../../engine/mod.ts";
import { type PartitionTest, type PartitionWorld, withPartitionEngine } from "../support/partition_engine.ts";
import { withEmbedded } from "../support/database.ts";
import { pseudoRandom } from "../support/pseudo_random.ts";

const seeds = Deno.env.get("PARTITIONS_MODEL_SEEDS")?.split(",").map(Number) ?? [1, 2, 3, 4];
const stepsPerSeed = 14;

const days = Array.from({ length: 22 }, (_, i) => `2024-01-${String(i + 2).padStart(2, "0")}`);

/** A partition as the model holds it. */
interface Made {
  value: number;
  /** Rises whenever the value changes. */
  version: number;
  /** All that the value was made of, as text. */
  of: string;
  /** How many coordinates had been removed by then. */
  removals: number;
}

/** What the tables hold, worked out without any of the engine: by what was read, and by the functions of the assets. */
class Model {
  scale = 1;
  removals = 0;
  #versions = 0;
  readonly quotes = new Map<string, Made & { readAt: string }>();
  readonly adjusted = new Map<string, Made>();
  readonly sums = new Map<string, Made & { last: string }>();
  #events = new Map<string, { ratio: number; version: number }>();
  /** Partitions that were made again from what they had been made of. */
  readonly needless: string[] = [];

  constructor(private readonly world: PartitionWorld) {}

  /** What is wanted and was not read, or has to be read again. */
  due(): string[] {
    const { names, dates, version } = this.world;
    return names.flatMap((name) =>
      dates.filter((date) => {
        const made = this.quotes.get(`${name} ${date}`);
        const until = Temporal.PlainDate.from(date).add({ days: 2 }).toString();
        return !made || (until < version ? until : version) > made.readAt;
      }).map((date) => `${name} ${date}`)
    ).sort();
  }

  /** Takes over the events and what is not wanted any more, as a run does before all else. */
  begin(): void {
    const { names, dates, events } = this.world;
    const now = new Map(events.map(({ name, date, ratio }) => [`${name} ${date}`, ratio]));
    for (const at of new Set([...now.keys(), ...this.#events.keys()])) {
      const ratio = now.get(at) ?? 1;
      if (this.#events.get(at)?.ratio !== ratio) this.#events.set(at, { ratio, version: ++this.#versions });
    }
    const wanted = new Set(names.flatMap((name) => dates.map((date) => `${name} ${date}`)));
    for (const partitions of [this.quotes, this.adjusted]) {
      for (const at of [...partitions.keys()]) if (!wanted.has(at) && partitions.delete(at)) this.removals++;
    }
  }

  made(key: string, partitions: readonly string[]): void {
    for (const at of partitions) {
      if (key === "quotes") {
        const value = this.world.values.get(at) ?? 1;
        this.#make(this.quotes, at, { value, of: "", readAt: this.world.version });
      } else if (key === "adjusted") this.#adjust(at);
      else this.#sum(at);
    }
  }

  #adjust(at: string): void {
    const [name, date] = at.split(" ") as [string, string];
    const { value, version } = this.quotes.get(at)!;
    const later = [...this.#events].filter(([event]) => event.startsWith(`${name} `) && event.slice(2) > date).sort();
    const of = [version, this.scale, ...later.map(([event, { version }]) => `${event} ${version}`)].join();
    const adjusted = later.reduce((v, [, { ratio }]) => v / ratio, value * this.scale);
    this.#check("adjusted", this.adjusted, at, of);
    this.#make(this.adjusted, at, { value: adjusted, of });
  }

  #sum(date: string): void {
    const { names, dates } = this.world;
    const window = dates.filter((d) => d <= date).slice(-3);
    const read = window.flatMap((d) => names.map((name) => ({ d, made: this.adjusted.get(`${name} ${d}`) })));
    const of = [...window, ...read.map(({ made }) => made?.version)].join();
    const value = read.reduce((sum, { made }) => sum + (made?.value ?? 0), 0);
    const last = read.filter(({ made }) => made && made.value !== 0).map(({ d }) => d).sort().at(-1)!;
    this.#check("sums", this.sums, date, of);
    this.#make(this.sums, date, { value, of, last });
  }

  /** Where coordinates were removed a few more partitions may be made than must be. */
  #check(key: string, partitions: Map<string, Made>, at: string, of: string): void {
    const before = partitions.get(at);
    if (before && before.of === of && before.removals === this.removals) this.needless.push(`${key} ${at}`);
  }

  #make<T extends Made>(partitions: Map<string, T>, at: string, made: Omit<T, "version" | "removals">): void {
    const before = partitions.get(at);
    const version = before && before.value === made.value ? before.version : ++this.#versions;
    partitions.set(at, { ...made, version, removals: this.removals } as T);
  }
}

/** Something that happens outside between two runs. */
type Happening = (world: PartitionWorld, random: (below: number) => number) => void;

const pick = <T>(list: readonly T[], random: (below: number) => number): T => list[random(list.length)]!;

const happenings: Readonly<Record<string, Happening>> = {
  "a value is restated": ({ names, dates, values }, random) => {
    const name = pick(names, random);
    // One name always has a value, so that there is something to sum up.
    values.set(`${name} ${pick(dates.slice(-4), random)}`, name === "A" ? 1 + random(5) : random(5));
  },
  "time goes on": (world, random) => {
    world.version = Temporal.PlainDate.from(world.version).add({ days: random(2) }).toString();
  },
  "a date comes": ({ dates }) => {
    const next = days.find((day) => day > dates.at(-1)!);
    if (next) dates.push(next);
  },
  "a date comes late": (world, random) => {
    const absent = days.filter((day) => day < world.dates.at(-1)! && !world.dates.includes(day));
    if (absent.length > 0) world.dates = [...world.dates, pick(absent, random)].sort();
  },
  "a date goes": (world, random) => {
    if (world.dates.length > 4) world.dates = world.dates.toSpliced(random(world.dates.length), 1);
  },
  "a name comes": ({ names }) => {
    const next = ["A", "B", "C", "D"].find((name) => !names.includes(name));
    if (next) names.push(next);
  },
  "a name goes": (world, random) => {
    if (world.names.length > 1) world.names = world.names.toSpliced(1 + random(world.names.length - 1), 1);
  },
  "an event comes": (world, random) => {
    const [name, date] = [pick(world.names, random), pick(world.dates, random)];
    const others = world.events.filter((event) => event.name !== name || event.date !== date);
    world.events = [...others, { name, date, ratio: 2 ** (1 + random(3)) }];
  },
  "an event goes": (world, random) => {
    world.events = world.events.toSpliced(random(world.events.length), 1);
  },
};

async function live(
  { engine: first, world, materialize, calls, rows, reopen }: PartitionTest,
  seed: number,
): Promise<void> {
  const uniform = pseudoRandom(seed);
  const random = (below: number) => Math.floor(uniform() * below);
  const model = new Model(world);
  const history: string[] = [];
  let engine: Engine = first;
  let failing: string | null = null;
  world.before = (key, partitions) => {
    if (failing !== null && key !== "sums" && partitions.includes(failing)) {
      throw new Error(`${failing} is not to be had`);
    }
    model.made(key, partitions);
  };

  async function run(): Promise<Run> {
    const due = model.due();
    model.begin();
    calls();
    const run = await materialize();
    const read = calls().filter((call) => call.startsWith("quotes: "))
      .flatMap((call) => call.slice("quotes: ".length).split(", ")).sort();
    assert.deepEqual(read, due, `read from outside after ${history.join("; ")}`);
    assert.deepEqual(model.needless.splice(0), [], `made without need after ${history.join("; ")}`);
    return run;
  }

  for (let step = 0; step < stepsPerSeed; step++) {
    for (let more = random(3); step > 0 && more >= 0; more--) {
      const what = pick(Object.keys(happenings), random);
      happenings[what]!(world, random);
      history.push(what);
    }
    if (random(6) === 0) {
      model.scale = 1 + random(3);
      engine = await reopen({ adjusted: { scale: model.scale } });
      history.push(`scale ${model.scale}`);
    }
    if (random(4) === 0) {
      failing = `${pick(world.names, random)} ${pick(world.dates, random)}`;
      history.push(`${failing} fails`);
      const { status, steps } = await run();
      const failed = steps.some((s) => s.failed && s.failed.count > 0);
      assert.equal(status === "failed", failed, JSON.stringify(steps));
      failing = null;
    }
    history.push("run");
    const after = `after ${history.join("; ")}`;
    const { status, steps } = await run();
    assert.equal(status, "succeeded", `${after}: ${JSON.stringify(steps)}`);
    const table = (partitions: ReadonlyMap<string, Made>) =>
      [...partitions].filter(([, { value }]) => value !== 0).map(([at, { value }]) => `${at} ${value}`).sort();
    const stored = async (key: string) => (await rows(key)).map((r) => `${r.name} ${r.date} ${r.value}`).sort();
    assert.deepEqual(await stored("quotes"), table(model.quotes), after);
    assert.deepEqual(await stored("adjusted"), table(model.adjusted), after);
    // From scratch, from what was read: nothing that was kept is out of date.
    const scratch = new Model(world);
    scratch.scale = model.scale;
    scratch.begin();
    for (const [at, quote] of model.quotes) scratch.quotes.set(at, quote);
    scratch.made("adjusted", [...model.quotes.keys()]);
    assert.deepEqual(await stored("adjusted"), table(scratch.adjusted), after);
    const wanted = new Set(world.dates.slice(2));
    scratch.made("sums", [...model.sums.keys()].filter((date) => wanted.has(date)));
    // Sums of dates that are not wanted any more stay as they were.
    const sums = [...model.sums].map(([date, kept]) => {
      const { value, last } = scratch.sums.get(date) ?? kept;
      return { as_of: date, sum: value, last };
    }).sort((a, b) => a.as_of < b.as_of ? -1 : 1);
    assert.ok(sums.some(({ as_of }) => as_of === world.dates.at(-1)), after);
    assert.deepEqual(await rows("sums"), sums, after);
    assert.deepEqual(await rows("headline"), [{ of: sums.at(-1)!.as_of, sum: sums.at(-1)!.sum }], after);
    assert.deepEqual((await engine.states()).filter((s) => s.state !== "fresh").map((s) => s.reasons), [], after);
    assert.deepEqual((await materialize()).steps, [], after);
  }
}

for (const seed of seeds) {
  Deno.test(`Partitions hold what a computation from scratch gives, and nothing is made without need (seed ${seed})`, () =>
    withEmbedded((database) => withPartitionEngine(database, (partition) => live(partition, seed))));
}
