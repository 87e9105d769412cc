export type Command =
  | "start"
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
  KEY           one asset                    +KEY          and all that is upstream of it
  group:NAME    the assets of a group        KEY+          and all that is downstream of it
  "*"           every asset`;

const USAGE: Readonly<Record<Command, string>> = {
  start: `\
Usage: deno task start [--replace]

Starts the service: materializes what is missing, serves the page and the API, and keeps everything fresh on its
schedules. Configured by environment variables; .env.example says which.

Options:
  --replace     drop the bars that another MARKET_DATA has brought, where that of now does not have them
`,
  materialize: `\
Usage: deno task materialize SELECTION… [--dry-run] [--force] [--priority N] [--json] [--config JSON|FILE]
       deno task materialize --retry RUN [--json]

Makes what is missing or stale among the selected assets, in dependency order.

${SELECTIONS}

Options:
  --dry-run     show what would run, in which order and why, and run nothing
  --force       run every selected step, stale or not
  --priority N  whole number, 0 unless given; higher goes first where runs or their steps wait for each other
  --retry RUN   do again what failed, was skipped or was cancelled in that run, and what depends on it
  --config C    settings for this run by asset key: JSON ({"KEY": {…}}) or the path of a file with it
  --json        print the run (with --dry-run the plan) as one JSON document; progress goes to standard error

Exit codes: 0 everything went well, 1 something failed or was cancelled, 2 the command was not understood.
`,
  retry: `\
Usage: deno task retry RUN [--json]

Does again what failed, was skipped or was cancelled in a run that has ended, and what depends on it: with the settings of
that run, and from what its other steps published.

Options:
  --json        print the new run as one JSON document; progress goes to standard error

Exit codes: 0 everything went well, 1 something failed or was cancelled, 2 the command was not understood.
`,
  backfill: `\
Usage: deno task backfill SELECTION… [--from DATE] [--to DATE] [--names A,B] [--force] [--dry-run] [--json]
       deno task backfill --list | --pause N | --resume N | --cancel N | --retry N

Makes what is missing or stale of a range of dates and names, piece by piece, in dependency order; history that nobody
expects by itself, too. Ctrl-C stops watching; the backfill stays, and goes on in the service.

${SELECTIONS}

Options:
  --from DATE   first date, such as 2024-01-02; from the beginning without it
  --to DATE     last date, included; up to now without it
  --names A,B   only these names (tickers, pairs); one with a comma or a quote stands in double quotes: '"A,B",C'
  --force       make what is fresh again, too
  --dry-run     show what would be made, in which order, with how many vendor calls and how long it takes
  --json        print one JSON document; progress goes to standard error
  --list        list the backfills
  --pause N     let backfill N rest after the run that it is in
  --resume N    go on with it
  --cancel N    end it, and the run that it is in; what was made stays
  --retry N     try again what failed and what is missing

Exit codes: 0 everything went well, 1 something failed, was cancelled or is paused, 2 the command was not understood.
`,
  check: `\
Usage: deno task check SELECTION… [--names CHECK,…] [--json]

Runs the checks of the selected assets on what is published, without making anything, and records what they find. A
blocking check that fails takes nothing back: its asset counts as stale, and the next run makes it again.

${SELECTIONS}

Options:
  --names A,B   only checks of these names
  --json        print one JSON document

Exit codes: 0 no check of severity error failed, 1 one did, 2 the command was not understood.
`,
  assets: `\
Usage: deno task assets [--json]

Lists all assets in dependency order: what state they are in and why, how many rows they have, and how old they are. Then
checks that stand failed, warnings too, what is late, and in one line how all of them stand.
`,
  why: `\
Usage: deno task why KEY [NAME] [DATE] [--json]

Says why an asset is fresh, stale, missing, waiting, blocked or failed, down to the cause: which rows of what is upstream
changed, which settings, what is not there yet. With a name (a ticker, say), a date or both it says so of these partitions.
`,
  impact: `\
Usage: deno task impact KEY [--from DATE] [--to DATE] [--names NAME,…] [--json]

Tells what a change of an asset, or of its partitions in a range, would make stale: partitions, minutes and calls to the vendor, in
the order in which they would be made. Changes nothing. A name with a comma or a quote stands in double quotes: '"A,B",C'.
`,
  prune: `\
Usage: deno task prune [--dry-run] [--json]

Deletes rows of versions that are no longer kept. Each asset says which it keeps: all, the latest ones, or those of some days
(ROW_HISTORY_DAYS unless it says so itself). The service prunes by itself every hour. The current version always stays, and so
does what something that runs may read.

Options:
  --dry-run     tell what would go, and change nothing
  --json        print one JSON document
`,
  replay: `\
Usage: deno task replay KEY [COLUMN=VALUE…] [--as-of VERSION] [--json]

Shows what made rows of an asset, such as a signal: the versions that were read, settings and code. Then makes them again from these
versions alone, and says whether every row is the same to the last bit. Changes nothing. Rows that were read from outside cannot be
made again, nor such as were made of versions that have been pruned.

  deno task replay KEY ticker=KO session=2026-11-27

Options:
  --as-of V     rows as they were at materialization V, or at a time such as 2026-11-27T22:00:00Z
  --json        print one JSON document

Exit codes: 0 the same, 1 not the same, 2 the command was not understood or refused.
`,
  import: `\
Usage: deno task import FROM [--dry-run] [--json]
       deno task import --held

Brings along what the services that Tandem replaces have kept: daily bars, tickers, details, news, pairs chosen by hand and the
addresses of users. FROM is their database (postgres://user:password@host:5432/database; PGPASSWORD keeps the password off the
command line) or a folder of CSV dumps, one a table: gold.etf_daily_ohlc.csv. Importing the same again changes nothing, and
nothing that was imported ever goes. docs/moving_in.md says what counts where an import and a source contradict each other.

Options:
  --held        keep what this database holds from its present MARKET_DATA, before it gets another one
  --dry-run     read and judge everything, and write nothing
  --json        print one JSON document

Exit codes: 0 everything was read, rows that cannot be used told; 1 something failed; 2 it cannot be read or was not understood.
`,
  token: `\
Usage: deno task token create NAME [--scope read|operate|admin] [--expires-days N] [--json]
       deno task token list [--json]
       deno task token revoke ID [--json]

Access tokens for programs, which show them as "Authorization: Bearer …". A token is shown once, when it is created.

Options:
  --scope S         read (unless given): everything but who has access; operate: materialize, backfill, cancel and pause,
                    too; admin: give and take access, too
  --expires-days N  the token holds for so many days; without an end unless given
`,
};

const OVERVIEW = `\
Tandem: an asset-oriented data service for pairs trading.

  deno task start                     run the service: page, API, schedules
  deno task materialize SELECTION…    make what is missing or stale
  deno task retry RUN                 do again what failed in a run
  deno task backfill SELECTION…       make a range of dates and names, piece by piece
  deno task check SELECTION…          run checks on what is published
  deno task assets                    list the assets and their states
  deno task why KEY [NAME] [DATE]     why an asset or a partition is as it is
  deno task impact KEY                what a change of it would touch
  deno task prune                     delete rows of versions that are no longer kept
  deno task replay KEY COLUMN=VALUE…  make rows again from what they were made of, and compare
  deno task import FROM               bring along what the services that Tandem replaces have kept
  deno task token create NAME         give a program access

Add --help to any of them for more, or --version for the version.

${SELECTIONS}
`;

/** How to use a command, or the whole command line. Ends with a line break. */
export function usage(command?: Command): string {
  return command === undefined ? OVERVIEW : USAGE[command];
}
