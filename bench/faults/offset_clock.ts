/**
 * Offsets the clock of a process, for `deno run --preload`, by the milliseconds in the file CLOCK_OFFSET_FILE, as soon as they
 * change. Monotonic clocks (`performance.now()`, timers) do not change, as on a machine whose clock is set.
 */
const file = Deno.env.get("CLOCK_OFFSET_FILE")!;
const [ownDateNow, ownInstant] = [Date.now.bind(Date), Temporal.Now.instant.bind(Temporal.Now)];
let offsetMs = 0;
let readAt = -Infinity;

function offset(): number {
  if (performance.now() - readAt < 50) return offsetMs;
  readAt = performance.now();
  try {
    offsetMs = Number(Deno.readTextFileSync(file));
  } catch {
    offsetMs = 0;
  }
  return offsetMs;
}

Date.now = () => ownDateNow() + offset();
Temporal.Now.instant = () => ownInstant().add({ milliseconds: offset() });
globalThis.Date = new Proxy(Date, {
  construct: (target, values, newTarget) =>
    Reflect.construct(target, values.length === 0 ? [Date.now()] : values, newTarget),
});
