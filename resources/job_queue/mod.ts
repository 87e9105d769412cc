/** Jobs for workers on other machines, in the same PostgreSQL: graphile-worker. @module */
export { type Job, JobQueue, prepareQueue, queueSchema } from "./jobs.ts";
