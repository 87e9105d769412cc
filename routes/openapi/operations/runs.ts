import { z } from "zod";
import { backfillActions } from "../../../engine/mod.ts";
import * as schemas from "../schemas/mod.ts";
import type { Operation, Operations } from "../operation.ts";

const numbered = (what: string) => ({ id: { description: `Number of the ${what}`, schema: z.int().positive() } });
const path = numbered("run");
const next = { Link: 'The next page, as `rel="next"`; absent on the last' };
const location = { Location: "Where to follow it" };
const idempotency = { "Idempotency-Key": "The same key is the same request, however often it is sent" };
const backfillPath = numbered("backfill");
const schedulePath = { name: { description: "Name of the schedule", schema: z.string() } };
const said = {
  pause: "Let a backfill rest after the run that it is in",
  resume: "Go on with a backfill that rests",
  cancel: "End a backfill, and the run that it is in",
  retry: "Try again what failed in a backfill, and what is missing",
} as const;

/** Routes under `/v1/runs`, `/v1/backfills` and `/v1/schedules`. */
export const runOperations: Operations = {
  "GET /v1/runs": {
    tag: "Runs",
    summary: "Runs, newest first",
    example: { query: { limit: "5" } },
    answers: {
      200: {
        description: "A page of runs",
        schema: schemas.RunList,
        mediaTypes: ["application/json", "text/csv"],
        headers: next,
      },
    },
  },
  "GET /v1/runs/:id": {
    tag: "Runs",
    summary: "One run with its steps",
    path,
    example: { path: { id: "1" } },
    answers: { 200: { description: "The run", schema: schemas.Run } },
    problems: [404],
  },
  "GET /v1/runs/:id/events": {
    tag: "Runs",
    summary: "What happened and happens in a run",
    description:
      "As server-sent events, resumable by `Last-Event-ID`, until the run ends; as a list for who accepts JSON.",
    path,
    headers: { "Last-Event-ID": "Number of the last event that was seen" },
    example: { path: { id: "1" }, query: { limit: "10" } },
    answers: {
      200: {
        description: "The events",
        schema: schemas.RunEventList,
        mediaTypes: ["application/json", "text/event-stream"],
        headers: next,
      },
      204: { description: "There is nothing more to come" },
    },
    problems: [404],
  },
  "POST /v1/runs/:id/cancel": {
    tag: "Runs",
    summary: "Cancel a run",
    description: "What it has published stays.",
    path,
    answers: { 202: { description: "The run", schema: schemas.Run, headers: location } },
    problems: [404, 409],
  },
  "POST /v1/runs/:id/retry": {
    tag: "Runs",
    summary: "Do again what failed in a run",
    path,
    headers: idempotency,
    answers: { 202: { description: "The new run", schema: schemas.Run, headers: location } },
    problems: [404, 409, 422],
  },
  "GET /v1/backfills": {
    tag: "Backfills",
    summary: "Backfills, newest first",
    answers: { 200: { description: "A page of backfills", schema: schemas.BackfillList, headers: next } },
  },
  "POST /v1/backfills": {
    tag: "Backfills",
    summary: "Make a range, piece by piece",
    headers: idempotency,
    example: { body: { selection: "chosen_pairs+", from: "2024-01-01", dryRun: true } },
    answers: {
      200: { description: "The plan", schema: schemas.BackfillPlan },
      202: { description: "The backfill", schema: schemas.Backfill, headers: location },
    },
    problems: [409, 422],
  },
  "GET /v1/backfills/:id": {
    tag: "Backfills",
    summary: "One backfill with its progress by partition",
    path: backfillPath,
    answers: { 200: { description: "The backfill", schema: schemas.Backfill } },
    problems: [404],
  },
  ...Object.fromEntries(backfillActions.map((action): [keyof Operations, Operation] => [
    `POST /v1/backfills/:id/${action}`,
    {
      tag: "Backfills",
      summary: said[action],
      path: backfillPath,
      answers: { 202: { description: "The backfill", schema: schemas.Backfill, headers: location } },
      problems: [404, 409],
    },
  ])),
  "GET /v1/schedules": {
    tag: "Schedules",
    summary: "Schedules with their last and next tick",
    answers: { 200: { description: "The schedules", schema: schemas.ScheduleList } },
  },
  "GET /v1/schedules/:name": {
    tag: "Schedules",
    summary: "One schedule",
    path: schedulePath,
    answers: { 200: { description: "The schedule", schema: schemas.ScheduleState } },
    problems: [404],
  },
  "POST /v1/schedules/:name/pause": {
    tag: "Schedules",
    summary: "Keep a schedule from firing, in every process, until it is resumed",
    path: schedulePath,
    answers: { 200: { description: "The schedule", schema: schemas.ScheduleState } },
    problems: [404],
  },
  "POST /v1/schedules/:name/resume": {
    tag: "Schedules",
    summary: "Let a schedule fire again",
    description: "What it would have fired meanwhile is not made up.",
    path: schedulePath,
    answers: { 200: { description: "The schedule", schema: schemas.ScheduleState } },
    problems: [404],
  },
  "POST /v1/schedules/:name/tick": {
    tag: "Schedules",
    summary: "Fire a schedule now, paused or not",
    path: schedulePath,
    answers: {
      202: {
        description: "The run that it began, if anything was stale",
        schema: schemas.ScheduleFired,
        headers: location,
      },
    },
    problems: [404],
  },
  "GET /v1/events": {
    tag: "Runs",
    summary: "Everything that happens, as server-sent events",
    description:
      "Resumable by `Last-Event-ID`; an event `reset` says that some of what was missed is not known any more.",
    headers: { "Last-Event-ID": "Id of the last event that was seen" },
    answers: { 200: { description: "The events", mediaTypes: ["text/event-stream"] } },
  },
};

/** Routes about access and health. */
export const accessOperations: Operations = {
  "GET /v1/me": {
    tag: "Access",
    summary: "Who asks, and what they may do",
    answers: { 200: { description: "The one who asks", schema: schemas.Me } },
  },
  "GET /v1/tokens": {
    tag: "Access",
    summary: "Access tokens, without their secrets",
    answers: { 200: { description: "The tokens", schema: schemas.TokenList } },
  },
  "POST /v1/tokens": {
    tag: "Access",
    summary: "Create an access token",
    example: { body: { name: "nightly", scope: "operate", expiresInDays: 90 } },
    answers: {
      201: {
        description: "The token with its secret, which is shown this once",
        schema: schemas.TokenCreated,
        headers: { Location: "Of the token" },
      },
    },
  },
  "DELETE /v1/tokens/:id": {
    tag: "Access",
    summary: "Revoke an access token",
    path: numbered("token"),
    answers: { 200: { description: "The token as it was", schema: schemas.TokenSchema } },
    problems: [404],
  },
  "GET /v1/sessions": {
    tag: "Access",
    summary: "Sessions: one's own, or everybody's for an admin",
    answers: { 200: { description: "The sessions", schema: schemas.SessionList } },
  },
  "DELETE /v1/sessions/:id": {
    tag: "Access",
    summary: "End a session",
    path: numbered("session"),
    answers: { 204: { description: "It is over" } },
    problems: [404],
  },
  "GET /v1/audit-events": {
    tag: "Access",
    summary: "What was changed by whom, newest first",
    answers: { 200: { description: "A page of events", schema: schemas.AuditEventList, headers: next } },
  },
  "GET /healthz": {
    tag: "Health",
    summary: "Whether the process is alive",
    answers: { 200: { description: "It is", schema: schemas.Alive } },
  },
  "GET /readyz": {
    tag: "Health",
    summary: "Whether requests can be served",
    answers: { 200: { description: "They can", schema: schemas.Ready } },
    problems: [503],
  },
  "GET /metrics": {
    tag: "Health",
    summary: "Figures of this process and of the installation, for Prometheus",
    answers: {
      200: {
        description: "In the text format of Prometheus, or as OpenMetrics for who accepts that",
        mediaTypes: ["text/plain", "application/openmetrics-text"],
      },
    },
  },
  "GET /openapi.json": {
    tag: "Health",
    summary: "This document",
    answers: {
      200: {
        description: "OpenAPI 3.1",
        schema: z.looseObject({ openapi: z.string() }),
        headers: { ETag: "The same for the same document" },
      },
      304: { description: "Nothing has changed since the ETag that was sent", headers: { ETag: "The same" } },
    },
  },
};
