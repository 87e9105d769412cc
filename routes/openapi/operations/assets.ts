import { z } from "zod";
import { AnyRowParameters } from "../../asset_rows.ts";
import { AnyReceiptParameters } from "../../receipts.ts";
import * as schemas from "../schemas/mod.ts";
import { dataSourceHeaders } from "../../data_source.ts";
import type { Operations } from "../operation.ts";

const path = { key: { description: "Key of the asset, such as `daily_bars`", schema: z.string() } };
const next = { Link: 'The next page, as `rel="next"`; absent on the last' };
const example = { path: { key: "chosen_pairs" } };
const idempotency = { "Idempotency-Key": "The same key is the same run, however often the request is sent" };

/** Routes under `/v1/assets`, and `/v1/materialize`. */
export const assetOperations: Operations = {
  "GET /v1/assets": {
    tag: "Assets",
    summary: "All assets with their state",
    description: "In dependency order, each with the reasons for its state.",
    answers: { 200: { description: "The assets", schema: schemas.AssetList } },
  },
  "GET /v1/assets/:key": {
    tag: "Assets",
    summary: "One asset",
    description: "State, schema, settings, last materialization with metadata, upstream, downstream and checks.",
    path,
    example,
    answers: { 200: { description: "The asset", schema: schemas.AssetDetails, headers: dataSourceHeaders } },
    problems: [404],
  },
  "GET /v1/assets/:key/materializations": {
    tag: "Assets",
    summary: "Versions of an asset, newest first",
    path,
    example: { ...example, query: { limit: "5" } },
    answers: {
      200: {
        description: "A page of versions",
        schema: schemas.MaterializationList,
        headers: { ...next, ...dataSourceHeaders },
      },
    },
    problems: [404],
  },
  "GET /v1/assets/:key/rows": {
    tag: "Data",
    summary: "Rows of one version of an asset",
    description:
      'Filtered by `column=value` or `column.operator=value` with the operators `eq`, `ne`, `lt`, `lte`, `gt`, `gte` and `in` (values separated by commas, one with a comma or a quote in double quotes: `ticker.in=BRK.B,"A,B"`); a column that has the name of a parameter is reached as `name.eq`. All filters must hold. Pages that follow each other through cursors come from one version, whatever is published between them.',
    path,
    query: AnyRowParameters,
    example: { ...example, query: { order: "rank", limit: "5" } },
    answers: {
      200: {
        description: "Rows; files and streams of all rows with `limit=all`",
        schema: schemas.RowPageSchema,
        mediaTypes: [
          "application/json",
          "application/x-ndjson",
          "text/csv",
          "application/vnd.apache.parquet",
          "application/vnd.apache.arrow.file",
        ],
        headers: {
          ...next,
          ...dataSourceHeaders,
          ETag: "The same for the same rows",
          "Tandem-Materialization": "The version that was read",
          "Tandem-Committed-At": "When that version was published",
          "Tandem-Row-Count": "How many rows follow, where they all do",
          Vary: "Accept",
        },
      },
      304: {
        description: "Nothing has changed since the ETag that was sent",
        headers: { ...dataSourceHeaders, ETag: "The same", "Tandem-Materialization": "The version that holds" },
      },
    },
    problems: [404, 409],
  },
  "GET /v1/assets/:key/partitions": {
    tag: "Assets",
    summary: "Partitions of an asset by state",
    description: "As rectangles of names and dates, within a range where one is given.",
    path,
    example: { path: { key: "daily_bars" } },
    answers: { 200: { description: "The partitions", schema: schemas.PartitionReport } },
    problems: [404, 409],
  },
  "GET /v1/assets/:key/checks": {
    tag: "Assets",
    summary: "What the checks of an asset found",
    path,
    example,
    answers: { 200: { description: "Each check, and its history", schema: schemas.CheckList, headers: next } },
    problems: [404],
  },
  "POST /v1/checks/run": {
    tag: "Assets",
    summary: "Run checks on what is published",
    description:
      "Judges the latest version of each selected asset that has checks, without making it, and records what they find with that version. A blocking check that fails takes nothing back: the asset counts as stale, and the next run makes it again.",
    example: { body: { selection: "*" } },
    answers: { 200: { description: "What the checks found, by asset", schema: schemas.CheckRunList } },
    problems: [404],
  },
  "GET /v1/storage": {
    tag: "Assets",
    summary: "What the table of each asset takes on the disk, and which versions it keeps",
    answers: { 200: { description: "Assets in dependency order", schema: schemas.StorageList } },
  },
  "POST /v1/storage/prune": {
    tag: "Assets",
    summary: "Delete rows of versions that are no longer kept",
    description:
      "Each asset's retention says which versions are kept. The service prunes by itself every hour; what something that runs may read stays. A version that is no longer kept stays on record, and `as_of` refuses it.",
    example: { body: { dryRun: true } },
    answers: { 200: { description: "What went, or with dryRun would go, by asset", schema: schemas.PrunedList } },
  },
  "GET /v1/assets/:key/receipt": {
    tag: "Assets",
    summary: "What made some rows of an asset: versions read, settings and code",
    description:
      "Rows are named by filters as those of `/v1/assets/{key}/rows`; those that one materialization wrote stand on one receipt.",
    path,
    query: AnyReceiptParameters,
    example: { ...example, query: { "rank": "1" } },
    answers: { 200: { description: "Receipts, the newest materialization first", schema: schemas.ReceiptList } },
    problems: [404],
  },
  "POST /v1/assets/:key/replay": {
    tag: "Assets",
    summary: "Make rows again from the versions that they were made of, and compare",
    description:
      "The function of the asset gets the rows that it read then, its settings and the clock of then; what it makes is compared with what is stored, to the last bit, and dropped. Rows that were read from outside or reported, and such as were made of rows that have been pruned, are refused.",
    path,
    example: { ...example, body: { where: { rank: 1 } } },
    answers: { 200: { description: "Whether they are the same, by materialization", schema: schemas.ReplayList } },
    problems: [404],
  },
  "GET /v1/assets/:key/why": {
    tag: "Assets",
    summary: "Why an asset, or some of its partitions, are as they are",
    path,
    example,
    answers: { 200: { description: "The explanation, down to the cause", schema: schemas.Explanation } },
    problems: [404],
  },
  "GET /v1/assets/:key/impact": {
    tag: "Assets",
    summary: "What a change of an asset, or of some of its partitions, would touch",
    path,
    example: { path: { key: "daily_bars" } },
    answers: { 200: { description: "What would be made again, and what it takes", schema: schemas.Impact } },
    problems: [404],
  },
  "POST /v1/assets/:key/materialize": {
    tag: "Runs",
    summary: "Materialize an asset",
    description: "Queues a run and answers at once, or with `wait` when it has ended; with `dryRun` it only plans.",
    path,
    headers: idempotency,
    example: { ...example, body: { upstream: true, wait: true } },
    answers: {
      200: {
        description: "The plan, or the run that was waited for",
        schema: z.union([schemas.Plan, schemas.Run]),
        headers: { Location: "Of the run; a plan has none" },
      },
      202: { description: "The run", schema: schemas.Run, headers: { Location: "Where to follow it" } },
    },
    problems: [404, 409, 422],
  },
  "POST /v1/materialize": {
    tag: "Runs",
    summary: "Materialize a selection",
    description: "`key`, `+key`, `key+`, `group:NAME` or `*`, several separated by blanks.",
    headers: idempotency,
    example: { body: { selection: "+chosen_pairs", dryRun: true } },
    answers: {
      200: {
        description: "The plan, or the run that was waited for",
        schema: z.union([schemas.Plan, schemas.Run]),
        headers: { Location: "Of the run; a plan has none" },
      },
      202: { description: "The run", schema: schemas.Run, headers: { Location: "Where to follow it" } },
    },
    problems: [409, 422],
  },
  "POST /v1/assets/:key/report": {
    tag: "Assets",
    summary: "Report a version of an asset that is made outside",
    path,
    answers: {
      200: { description: "It is known already", schema: schemas.ReportAnswer },
      201: { description: "It is new", schema: schemas.ReportAnswer },
    },
    problems: [404, 409],
  },
  "GET /v1/assets/:key/automation": {
    tag: "Assets",
    summary: "When an asset is made without anybody asking",
    description: "The condition, and how it was judged last as trees of true and false.",
    path,
    example,
    answers: { 200: { description: "The condition and its judgements", schema: schemas.AutomationState } },
    problems: [404],
  },
  "POST /v1/assets/:key/automation/pause": {
    tag: "Assets",
    summary: "Judge the condition of an asset on, and do not follow it",
    path,
    answers: { 200: { description: "The condition", schema: schemas.AutomationState } },
    problems: [404],
  },
  "POST /v1/assets/:key/automation/resume": {
    tag: "Assets",
    summary: "Follow the condition of an asset again",
    path,
    answers: { 200: { description: "The condition", schema: schemas.AutomationState } },
    problems: [404],
  },
  "GET /v1/freshness": {
    tag: "Assets",
    summary: "Which assets are in time, and which are late",
    answers: { 200: { description: "Every asset with a policy", schema: schemas.FreshnessList } },
  },
};
