/** The whole service around a project: server, pages, schedules and command line. @module */
export { tandem } from "./tandem.ts";
export {
  ImportError,
  type OpenedDatabase,
  type Project,
  type ProjectContext,
  type ProjectImports,
  type ProjectSource,
} from "./project.ts";
export { ConfigurationError, type Environment } from "../settings/environment.ts";
