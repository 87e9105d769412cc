import { getPriority, setPriority } from "node:os";
import {
  type AssetState,
  assetStates,
  fingerprintOf,
  messageOf,
  openContext,
  serveSteps,
  type StepThread,
} from "../engine/mod.ts";
import { consoleLogger } from "../resources/console_logger.ts";
import { type Database, type EmbeddedDatabase, openDatabase, openLent } from "../resources/database/mod.ts";
import { JobQueue, queueSchema } from "../resources/job_queue/mod.ts";
import { type Observation, ServiceInstruments } from "../resources/metrics/mod.ts";
import { readEnvironment, secretsOf } from "../settings/environment.ts";
import { openProject } from "./open_project.ts";
import type { ProjectSource } from "./project.ts";
import { threadName } from "./thread_name.ts";
import { helpersBy } from "./worker_jobs.ts";

/** Added to the niceness of the process: the thread gets a tenth of a processor that another one needs. */
const addedNiceness = 10;

/** First message to the thread. */
interface Opening {
  /** Port on which steps are requested. */
  steps: MessagePort;
  /** Whether the database is the embedded one of the main thread. */
  embedded: boolean;
  replace: boolean;
  /** Whether other workers make parts of its steps. */
  shares: boolean;
  /** Of the assets and settings that the thread must have. */
  fingerprint: string;
}

/** Messages from the thread to the server. */
type ThreadMessage =
  | { type: "ready" }
  | { type: "unusable"; message: string }
  /** Opens a connection to the embedded database. */
  | { type: "connect"; port: MessagePort }
  | { type: "observed"; observation: Observation };

interface ThreadScope {
  onmessage: ((event: MessageEvent<Opening>) => void) | null;
  postMessage(message: ThreadMessage, transfer?: Transferable[]): void;
}

const scope = globalThis as unknown as ThreadScope;

/**
 * Starts a thread that runs the entry module of this program again, to serve steps.
 *
 * @param onLost Called with the reason if it ends unexpectedly.
 * @throws {Error} If it cannot run the steps of this process.
 */
export async function startStepThread(
  { database, instruments, replace, fingerprint, shares }: {
    database: Database;
    instruments: ServiceInstruments;
    replace: boolean;
    fingerprint: string;
    shares: boolean;
  },
  onLost: (reason: string) => void,
): Promise<StepThread> {
  const worker = new Worker(Deno.mainModule, { type: "module", name: threadName });
  const { port1, port2 } = new MessageChannel();
  const ready = Promise.withResolvers<void>();
  const lose = (reason: string) => {
    ready.reject(new Error(reason));
    onLost(reason);
  };
  const lending = database.kind === "embedded"
    ? (database as EmbeddedDatabase).lend(() => lose("The embedded database stopped."))
    : undefined;
  worker.onerror = (event) => {
    // Otherwise the runtime ends the process.
    event.preventDefault();
    lose(event.message);
  };
  worker.onmessage = ({ data }: MessageEvent<ThreadMessage>) => {
    if (data.type === "ready") ready.resolve();
    else if (data.type === "unusable") ready.reject(new Error(data.message));
    else if (data.type === "connect") lending!.connect(data.port);
    else instruments.record(data.observation);
  };
  const end = () => {
    worker.terminate();
    lending?.end();
  };
  const opening: Opening = { steps: port2, embedded: lending !== undefined, replace, fingerprint, shares };
  worker.postMessage(opening, [port2]);
  try {
    await ready.promise;
    return { port: port1, end };
  } catch (error) {
    port1.close();
    end();
    throw error;
  }
}

/** Serves steps of a project until the server ends the thread. */
export async function serveStepThread(source: ProjectSource): Promise<never> {
  const { steps, embedded, replace, fingerprint, shares } = await new Promise<Opening>((resolve) => {
    scope.onmessage = ({ data }) => resolve(data);
  });
  try {
    const variables = Deno.env.toObject();
    const environment = readEnvironment(variables);
    const { logFormat: format, logLevel: level, schemaPrefix } = environment;
    const logger = consoleLogger({ format, level, secrets: secretsOf(variables) });
    try {
      giveWay();
    } catch (error) {
      logger.warn(`Steps compete with requests for processor time: ${messageOf(error)}`);
    }
    const database = embedded
      ? await openLent({
        connect: (port) => scope.postMessage({ type: "connect", port }, [port]),
        schemaPrefix,
        logger,
      })
      : await openDatabase({ ...environment, logger });
    const project = typeof source === "function" ? await source(environment) : source;
    const opened = await openProject(project, {
      environment,
      database,
      replace,
      runsSteps: true,
      logger,
      instruments: ServiceInstruments.reporting((observation) => scope.postMessage({ type: "observed", observation })),
      states: (): Promise<AssetState[]> => assetStates(context, context.graph.keys),
    });
    const context = openContext({ ...opened, database, logger });
    if (fingerprintOf(context) !== fingerprint) {
      throw new Error("The assets or their settings have changed since this process was started. Restart it.");
    }
    const helpers = shares
      ? helpersBy(new JobQueue(database, queueSchema(schemaPrefix)), {
        fingerprint,
        labelOf: (key) => context.graph.producerOf(key).recipe.runsOn,
      })
      : undefined;
    serveSteps(steps, { ...context, helpers }, () => database.close());
    scope.postMessage({ type: "ready" });
  } catch (error) {
    scope.postMessage({ type: "unusable", message: messageOf(error) });
  }
  // The server terminates the thread.
  return await new Promise<never>(() => {});
}

/** Lowers the priority of this thread and of those that it starts. Only Linux has priorities of threads. */
function giveWay(): void {
  if (Deno.build.os === "linux") setPriority(0, Math.min(19, getPriority(0) + addedNiceness));
}
