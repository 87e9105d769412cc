/** The whole service around a project: server, pages, schedules and command line. @module */
export { tandem } from "./command.ts";
export type { Project, ProjectContext, ProjectSource } from "./project.ts";
export { ConfigurationError, type Environment } from "../settings/environment.ts";
