/**
 * What the service answers. Each schema is held against the engine's own type by the compiler, and against its answers by the tests.
 */
export * from "./access.ts";
export * from "./assets.ts";
export * from "./backfills.ts";
export * from "./original.ts";
export * from "./problems.ts";
export * from "./runs.ts";
