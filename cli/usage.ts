export type Command =
  | "start"
  | "worker"
  | "materialize"
  | "retry"
  | "backfill"
  | "check"
  | "assets"
  | "why"
  | "impact"
  | "prune"
  | "replay"
  | "import"
  | "token";

const SELECTIONS = `\
Selections (several add up):
  KEY           one asset                    +KEY          with everything upstream of it
  group:NAME    the assets of a group        KEY+          with everything downstream of it
  "*"           every asset`;

const USAGE: Readonly<Record<Command, string>> = {
  start: `\
Usage: deno task start [--replace]

Starts the service: materializes missing assets, serves the page and the API, and keeps everything fresh on its
schedules. Configured by environment variables, listed in .env.example.

Options:
  --replace     drop bars of a previous MARKET_DATA that the current one does not have
`,
  worker: `\
Usage: deno task worker

Runs steps of a service that was started with EXECUTOR=queue, one at a time, until it is stopped. Any number of workers
can join and leave, on any machine that reaches the service's PostgreSQL. Configured by the environment variables of the
service; STEP_LABELS names further steps that it can run.
`,
  materialize: `\
Usage: deno task materialize SELECTION… [--dry-run] [--force] [--priority N] [--json] [--config JSON|FILE]
       deno task materialize --retry RUN [--json]

Materializes the missing and stale assets of the selection, in dependency order.

${SELECTIONS}

Options:
  --dry-run     show the plan (steps, order, reasons), run nothing
  --force       run every selected step, stale or not
  --priority N  whole number, default 0; waiting runs and steps with a higher one go first
  --retry RUN   repeat the failed, skipped and cancelled steps of that run, and the steps that depend on them
  --config C    settings for this run by asset key: JSON ({"KEY": {…}}) or the path of a file with it
  --json        print the run (with --dry-run the plan) as one JSON document; progress goes to standard error

Exit codes: 0 success, 1 a step failed or was cancelled, 2 invalid arguments.
`,
  retry: `\
Usage: deno task retry RUN [--json]

Repeats the failed, skipped and cancelled steps of an ended run, and the steps that depend on them: with the settings of
that run, and from the outputs of its other steps.

Options:
  --json        print the new run as one JSON document; progress goes to standard error

Exit codes: 0 success, 1 a step failed or was cancelled, 2 invalid arguments.
`,
  backfill: `\
Usage: deno task backfill SELECTION… [--from DATE] [--to DATE] [--names A,B] [--force] [--dry-run] [--json]
       deno task backfill --list | --pause N | --resume N | --cancel N | --retry N

Materializes the missing and stale partitions of a range of dates and names, in small runs and in dependency order,
including history that is not made automatically. Ctrl-C stops watching; the backfill continues in the service.

${SELECTIONS}

Options:
  --from DATE   first date, such as 2024-01-02; from the beginning without it
  --to DATE     last date, included; up to now without it
  --names A,B   only these names (tickers, pairs); put one with a comma or a quote in double quotes: '"A,B",C'
  --force       make fresh partitions again, too
  --dry-run     show the plan: partitions, order, vendor calls and duration
  --json        print one JSON document; progress goes to standard error
  --list        list the backfills
  --pause N     pause backfill N after its current run
  --resume N    resume it
  --cancel N    end it and its current run; published partitions stay
  --retry N     retry failed and missing partitions

Exit codes: 0 success, 1 failed, cancelled or paused, 2 invalid arguments.
`,
  check: `\
Usage: deno task check SELECTION… [--names CHECK,…] [--json]

Runs the checks of the selected assets on the published rows, without materializing, and records the results. A
failed blocking check retracts nothing: its asset becomes stale, and the next run makes it again.

${SELECTIONS}

Options:
  --names A,B   only checks of these names
  --json        print one JSON document

Exit codes: 0 no check of severity error failed, 1 one did, 2 invalid arguments.
`,
  assets: `\
Usage: deno task assets [--json]

Lists all assets in dependency order with state, reasons, number of rows and age. Then failed checks, warnings included,
late assets, and one line with the overall state.
`,
  why: `\
Usage: deno task why KEY [NAME] [DATE] [--json]

Explains why an asset is fresh, stale, missing, waiting, blocked or failed, down to the cause: changed upstream rows,
changed settings, missing inputs. With a name (such as a ticker), a date or both it explains these partitions.
`,
  impact: `\
Usage: deno task impact KEY [--from DATE] [--to DATE] [--names NAME,…] [--json]

Lists what a change of an asset, or of its partitions in a range, would make stale: partitions, minutes and vendor calls, in
the order of materialization. Changes nothing. Put a name with a comma or a quote in double quotes: '"A,B",C'.
`,
  prune: `\
Usage: deno task prune [--dry-run] [--json]

Deletes rows of versions that are no longer kept. Each asset declares its retention: all, the latest versions, or those of some
days (default ROW_HISTORY_DAYS). The service prunes automatically every hour. The current version always stays, and so do
versions that a running step may read.

Options:
  --dry-run     list what would be deleted, and change nothing
  --json        print one JSON document
`,
  replay: `\
Usage: deno task replay KEY [COLUMN=VALUE…] [--as-of VERSION] [--json]

Shows the provenance of rows of an asset, such as a signal: the versions that were read, settings and code. Then makes them
again from these versions, and compares every row bit by bit. Changes nothing. Rows read from outside sources, or made of pruned
versions, cannot be made again.

  deno task replay KEY ticker=KO session=2026-11-27

Options:
  --as-of V     rows as they were at materialization V, or at a time such as 2026-11-27T22:00:00Z
  --json        print one JSON document

Exit codes: 0 identical, 1 different, 2 invalid arguments or refused.
`,
  import: `\
Usage: deno task import FROM [--dry-run] [--json]
       deno task import --held

Imports the data of the services that Tandem replaces: daily bars, tickers, details, news, pairs chosen by hand and the
addresses of users. FROM is their database (postgres://user:password@host:5432/database; PGPASSWORD keeps the password off the
command line) or a folder of CSV dumps, one a table: gold.etf_daily_ohlc.csv. Importing the same again changes nothing, and
imported rows are never deleted. docs/moving_in.md gives the precedence of imports and sources.

Options:
  --held        turn the data of the current MARKET_DATA in this database into an import, before switching to another
  --dry-run     read and validate everything, and write nothing
  --json        print one JSON document

Exit codes: 0 imported, unusable rows are listed; 1 a step failed; 2 unreadable source or invalid arguments.
`,
  token: `\
Usage: deno task token create NAME [--scope read|operate|admin] [--expires-days N] [--json]
       deno task token list [--json]
       deno task token revoke ID [--json]

Access tokens for programs, sent as "Authorization: Bearer …". A token is shown once, when it is created.

Options:
  --scope S         read (default): read everything except access settings; operate: also materialize, backfill, cancel and
                    pause; admin: also grant and revoke access
  --expires-days N  days until the token expires; default never
`,
};

const OVERVIEW = `\
Tandem: an asset-oriented data service for pairs trading.

  deno task start                     run the service: page, API, schedules
  deno task worker                    run steps of a service with EXECUTOR=queue, on any machine
  deno task materialize SELECTION…    materialize missing and stale assets
  deno task retry RUN                 repeat the failed steps of a run
  deno task backfill SELECTION…       materialize a range of dates and names in small runs
  deno task check SELECTION…          run checks on published rows
  deno task assets                    list the assets and their states
  deno task why KEY [NAME] [DATE]     explain the state of an asset or a partition
  deno task impact KEY                list what a change would make stale
  deno task prune                     delete rows of versions that are no longer kept
  deno task replay KEY COLUMN=VALUE…  make rows again from their recorded inputs, and compare
  deno task import FROM               import the data of the services that Tandem replaces
  deno task token create NAME         create an access token for a program

Add --help to any of them for more, or --version for the version.

${SELECTIONS}
`;

/** Usage of a command, or of the whole command line. Ends with a line break. */
export function usage(command?: Command): string {
  return command === undefined ? OVERVIEW : USAGE[command];
}
