import type { Database } from "../../resources/database/database.ts";
import { CheckLedger } from "./check_ledger.ts";
import { EventLog } from "./event_log.ts";
import { MaterializationLedger } from "./materialization_ledger.ts";
import { RunLedger } from "./run_ledger.ts";
import { StepLedger } from "./step_ledger.ts";

/** The records of runs: one writer for each table. */
export class Ledger {
  readonly events: EventLog;
  readonly checks: CheckLedger;
  readonly materializations: MaterializationLedger;
  readonly runs: RunLedger;
  readonly steps: StepLedger;

  constructor(readonly database: Database) {
    this.events = new EventLog(database);
    this.checks = new CheckLedger(database);
    this.materializations = new MaterializationLedger(database);
    this.runs = new RunLedger(database, this.events);
    this.steps = new StepLedger(database, this.events, this.checks);
  }
}
