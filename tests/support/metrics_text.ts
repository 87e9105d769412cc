import assert from "node:assert/strict";

/** A parsed sample. */
export interface ReadSample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** A parsed family. */
export interface ReadFamily {
  type: string;
  help: string;
  samples: ReadSample[];
}

const nameForm = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const labelForm = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const suffixes: Record<string, Record<string, readonly string[]>> = {
  prometheus: { counter: [""], gauge: [""], histogram: ["_bucket", "_sum", "_count"] },
  openMetrics: { counter: ["_total"], gauge: [""], info: ["_info"], histogram: ["_bucket", "_sum", "_count"] },
};

/**
 * Parses metrics strictly by their format: every family has its help and type once, before its samples and contiguous, no sample
 * is repeated, and histograms add up. Fails with the invalid line.
 */
export function readMetrics(text: string, format: "prometheus" | "openMetrics"): Map<string, ReadFamily> {
  assert.ok(text.endsWith("\n"), "the last line has no end");
  const lines = text.slice(0, -1).split("\n");
  if (format === "openMetrics") assert.equal(lines.pop(), "# EOF");
  const families = new Map<string, ReadFamily>();
  const seen = new Set<string>();
  let current: { name: string; family: ReadFamily } | undefined;
  for (const line of lines) {
    const help = /^# HELP (\S+) (.*)$/.exec(line);
    if (help) {
      assert.match(help[1]!, nameForm, line);
      assert.ok(!families.has(help[1]!), `the family comes twice: ${line}`);
      current = { name: help[1]!, family: { type: "", help: help[2]!, samples: [] } };
      families.set(current.name, current.family);
      continue;
    }
    const type = /^# TYPE (\S+) (\S+)$/.exec(line);
    if (type) {
      assert.equal(type[1], current?.name, `the type is of another family: ${line}`);
      assert.equal(current!.family.type, "", `the type comes twice: ${line}`);
      assert.ok(suffixes[format]![type[2]!], `no such type: ${line}`);
      current!.family.type = type[2]!;
      continue;
    }
    assert.ok(current && current.family.type !== "", `a sample without a family: ${line}`);
    const sample = readSample(line);
    const allowed = suffixes[format]![current.family.type]!;
    assert.ok(allowed.some((suffix) => sample.name === current!.name + suffix), `of another family: ${line}`);
    const identity = `${sample.name} ${JSON.stringify(Object.entries(sample.labels).toSorted())}`;
    assert.ok(!seen.has(identity), `the sample comes twice: ${line}`);
    seen.add(identity);
    if (current.family.type === "counter") assert.ok(sample.value >= 0, `a counter below 0: ${line}`);
    current.family.samples.push(sample);
  }
  for (const [name, family] of families) {
    assert.ok(family.samples.length > 0, `${name} has no sample`);
    if (family.type === "histogram") assertHistogram(name, family.samples);
  }
  return families;
}

/** The value of a sample. @throws If there is none. */
export function valueOf(
  families: ReadonlyMap<string, ReadFamily>,
  name: string,
  labels: Record<string, string> = {},
): number {
  const all = [...families.values()].flatMap(({ samples }) => samples);
  const found = all.find((sample) =>
    sample.name === name && JSON.stringify(Object.entries(sample.labels).toSorted()) ===
      JSON.stringify(Object.entries(labels).toSorted())
  );
  assert.ok(found, `there is no ${name} ${JSON.stringify(labels)}`);
  return found.value;
}

function readSample(line: string): ReadSample {
  const head = /^([^\s{]+)(\{)?/.exec(line);
  assert.ok(head, `no sample: ${line}`);
  assert.match(head[1]!, nameForm, line);
  const labels: Record<string, string> = {};
  let at = head[0].length;
  if (head[2]) {
    for (;;) {
      const pair = /^([^=]+)="((?:[^"\\\n]|\\["\\n])*)"([,}])/.exec(line.slice(at));
      assert.ok(pair, `labels that cannot be read: ${line}`);
      assert.match(pair[1]!, labelForm, line);
      assert.ok(!Object.hasOwn(labels, pair[1]!), `the label comes twice: ${line}`);
      labels[pair[1]!] = pair[2]!.replace(/\\(.)/g, (_, escaped: string) => escaped === "n" ? "\n" : escaped);
      at += pair[0].length;
      if (pair[3] === "}") break;
    }
  }
  const value = /^ (\+Inf|-Inf|NaN|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/.exec(line.slice(at));
  assert.ok(value, `a value that cannot be read: ${line}`);
  const number = value[1] === "+Inf" ? Infinity : value[1] === "-Inf" ? -Infinity : Number(value[1]);
  return { name: head[1]!, labels, value: number };
}

function assertHistogram(name: string, samples: readonly ReadSample[]): void {
  const groups = Map.groupBy(samples, ({ labels: { le: _, ...labels } }) => JSON.stringify(labels));
  for (const [labels, group] of groups) {
    const buckets = group.filter((sample) => sample.name === `${name}_bucket`);
    const bounds = buckets.map(({ labels: { le } }) => le === "+Inf" ? Infinity : Number(le));
    assert.deepEqual(bounds, bounds.toSorted((a, b) => a - b), `${name} ${labels}: bounds out of order`);
    assert.equal(bounds.at(-1), Infinity, `${name} ${labels}: no +Inf`);
    const counts = buckets.map(({ value }) => value);
    assert.deepEqual(counts, counts.toSorted((a, b) => a - b), `${name} ${labels}: counts that fall`);
    assert.equal(group.find((sample) => sample.name === `${name}_count`)?.value, counts.at(-1), `${name} ${labels}`);
    assert.ok(group.some((sample) => sample.name === `${name}_sum`), `${name} ${labels}: no sum`);
  }
}
