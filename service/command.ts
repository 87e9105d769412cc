import { commandLine as owner } from "../access/mod.ts";
import {
  auditedControl,
  commandLine,
  engineControl,
  type ExitCode,
  httpControl,
  httpTokens,
  processTerminal,
  storedTokens,
} from "../cli/mod.ts";
import deno from "../deno.json" with { type: "json" };
import { DefinitionError, FreshnessEvaluator, type Logger, messageOf } from "../engine/mod.ts";
import { systemClock } from "../resources/clock.ts";
import { consoleLogger } from "../resources/console_logger.ts";
import { DatabaseOpenError, FolderHeldError } from "../resources/database/mod.ts";
import { redactor } from "../resources/redaction.ts";
import { dropByteOrderMark, requireReadableEnvFile } from "../settings/env_file.ts";
import { ConfigurationError, type Environment, readEnvironment, secretsOf } from "../settings/environment.ts";
import { type OpenService, openService } from "./open_service.ts";
import { importControl } from "./import_control.ts";
import { ImportError, type ProjectSource } from "./project.ts";
import { serve } from "./serve.ts";
import { work } from "./work.ts";

/** Runs a command on the service, opened here or, if a server holds the embedded database, on that server. */
async function whereTheDataIs<T>(
  source: ProjectSource,
  { environment, logger }: { environment: Environment; logger: Logger },
  { here, there }: { here: (service: OpenService) => T; there: (url: string, options: { token?: string }) => T },
): Promise<T> {
  try {
    return here(await openService(source, { environment, logger, role: "cli" }));
  } catch (error) {
    if (!(error instanceof FolderHeldError && error.url !== null)) throw error;
    return there(error.url, { token: Deno.env.get("TANDEM_TOKEN") || (error.secret() ?? undefined) });
  }
}

/** See `tandem` in tandem.ts. */
export async function runCommand(source: ProjectSource, args: readonly string[]): Promise<ExitCode> {
  let service: OpenService | undefined;
  dropByteOrderMark();
  const secrets = secretsOf(Deno.env.toObject());
  try {
    requireReadableEnvFile();
    const environment = readEnvironment(Deno.env.toObject());
    const { logFormat: format } = environment;
    const logger = consoleLogger({ format, level: environment.logLevel, secrets });
    // The display shows the progress of a command; the log is for errors.
    const quiet = consoleLogger({ format, level: "warn", secrets });

    return await commandLine(args, {
      version: deno.version,
      start: async ({ replace }) => {
        await serve(source, { environment, logger, replace });
        return 0;
      },
      worker: async () => {
        await work(source, { environment, logger });
        return 0;
      },
      control: () =>
        whereTheDataIs(source, { environment, logger: quiet }, {
          here(open) {
            service = open;
            const { engine, database, access } = open;
            const freshness = new FreshnessEvaluator({ engine, database, clock: systemClock, logger: quiet });
            const evaluateFreshness = () => freshness.evaluate();
            return auditedControl(engineControl(engine, { evaluateFreshness }), { audit: access.audit, by: owner });
          },
          there: httpControl,
        }),
      tokens: () =>
        whereTheDataIs(source, { environment, logger: quiet }, {
          here(open) {
            service = open;
            return storedTokens(open.access.tokens, owner);
          },
          there: httpTokens,
        }),
      imports: importControl(source, { environment, logger: quiet }),
    }, processTerminal());
  } catch (error) {
    // For external faults a sentence with the remedy suffices; the stack helps only in debugging.
    console.error(redactor(secrets)(`tandem: ${messageOf(error)}`));
    if (Deno.env.get("LOG_LEVEL") === "debug") console.error(redactor(secrets)(Deno.inspect(error)));
    return [ConfigurationError, DatabaseOpenError, DefinitionError, ImportError].some((type) => error instanceof type)
      ? 2
      : 1;
  } finally {
    await service?.close();
  }
}
