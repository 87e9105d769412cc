/** Less is not worth the time. */
const leastMb = 64;
const everyMs = 1_000;
/** glibc. */
const library = "libc.so.6";

/** Resident memory after the last call. */
let residentAfterMb = 0;
let returning: Promise<void> | undefined;
/** Whether the library could not be used. */
let isMissing = false;

/** Does {@link returnFreedMemory} every second until the returned function has done it for the last time. */
export function keepReturningFreedMemory(): () => Promise<void> {
  const timer = setInterval(returnFreedMemory, everyMs);
  return () => {
    clearInterval(timer);
    return returnFreedMemory();
  };
}

/**
 * Gives memory that was freed back to the system, once the process has grown by 64 MB since the last call.
 *
 * The allocator of Linux keeps freed memory for later, in pieces between what is in use: after steps over millions of rows more than
 * what is in use. The work is done outside of the calling thread and takes some 20 ms. Does nothing on other systems, and without
 * permission to call foreign functions (`--allow-ffi`, which Polars needs too).
 */
export async function returnFreedMemory(): Promise<void> {
  if (!returning && (residentMb() < residentAfterMb + leastMb || !hasTrim())) return;
  await (returning ??= trimmed().finally(() => returning = undefined));
}

async function trimmed(): Promise<void> {
  try {
    const opened = Deno.dlopen(library, {
      malloc_trim: { parameters: ["usize"], result: "i32", nonblocking: true },
    });
    try {
      await opened.symbols.malloc_trim(0n);
    } finally {
      opened.close();
    }
  } catch {
    isMissing = true;
  }
  residentAfterMb = residentMb();
}

function hasTrim(): boolean {
  return !isMissing && Deno.build.os === "linux" && Deno.build.env === "gnu" &&
    Deno.permissions.querySync({ name: "ffi", path: library }).state === "granted";
}

/** Resident memory of this process in MB. */
export function residentMb(): number {
  return Deno.memoryUsage().rss / 2 ** 20;
}
