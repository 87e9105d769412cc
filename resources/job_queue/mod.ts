/** Jobs for workers on other machines, in the same PostgreSQL: graphile-worker. @module */
export { JobQueue, prepareQueue, queueSchema } from "./jobs.ts";
