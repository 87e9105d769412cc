import type polars from "nodejs-polars";

export type Polars = typeof polars;

let loading: Promise<Polars> | undefined;

/**
 * nodejs-polars, which reads and writes Parquet. It is a native library of 110 MB that takes 0.2 s and 25 MB of memory to
 * load, so it is loaded with the first call: a process that never meets a Parquet file does not pay for it.
 *
 * It needs the permission `ffi`.
 *
 * @throws {Error} If it cannot be loaded here; worth another try only after an installation.
 */
export function loadPolars(): Promise<Polars> {
  return loading ??= import("nodejs-polars").then((module) => module.default, (cause) => {
    loading = undefined;
    throw new Error(
      "The Parquet library nodejs-polars cannot be loaded. It has builds for Linux and macOS on x64 and arm64 and for " +
        "Windows on x64, and needs the permission --allow-ffi. CSV is read and written without it.",
      { cause },
    );
  });
}
