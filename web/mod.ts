/** The pages of the service. */
export { pageNotFound, pageOnError } from "./absent_pages.tsx";
export type { PairTrials } from "./moved_pair.ts";
export { page, type PageOptions } from "./page.tsx";
