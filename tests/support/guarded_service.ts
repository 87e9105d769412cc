import { Hono } from "hono";
import { type Access, type AccessOptions, openAccess } from "../../access/mod.ts";
import { parseAllowList } from "../../access/allow_list.ts";
import { loggerTo, type LogLevel, Scheduler } from "../../engine/mod.ts";
import { openIdProvider } from "../../resources/identity_provider/mod.ts";
import { api, type ApiOptions, onError, onNotFound, openApiDocument } from "../../routes/mod.ts";
import { page } from "../../web/mod.ts";
import { heldToDocument } from "./described.ts";
import type { SimulatedProvider } from "./identity_provider/identity_provider.ts";
import { pageSchedule } from "./page_server.ts";
import { type Tiny, type TinyOptions, withTinyEngine } from "./tiny_engine.ts";

/** The whole service with authentication. */
export interface Guarded extends Tiny {
  app: Hono;
  access: Access;
  logged: { level: LogLevel; message: string; fields: Record<string, unknown> }[];
}

export interface GuardedOptions {
  engine?: TinyOptions;
  api?: Partial<ApiOptions>;
  access?: Partial<AccessOptions>;
  /** Identity provider, and the people who may sign in. */
  provider?: SimulatedProvider;
  allow?: string;
  providerTimeoutMs?: number;
  /** Origins whose pages people may sign in for, and whether these receive a token in their URL. */
  allowedOrigins?: readonly string[];
  tokenInUrl?: boolean;
  /** Public address; http://localhost:8000 by default. */
  siteUrl?: () => URL;
}

/** Runs `test` with the service over {@link withTinyEngine}. */
export async function withGuarded<T>(
  test: (service: Guarded) => Promise<T>,
  {
    engine: engineOptions,
    api: apiOptions,
    access: accessOptions,
    provider,
    allow,
    providerTimeoutMs,
    siteUrl,
    allowedOrigins,
    tokenInUrl,
  }: GuardedOptions = {},
): Promise<T> {
  return await withTinyEngine(async (tiny) => {
    const { engine, database } = tiny;
    const logged: Guarded["logged"] = [];
    const logger = loggerTo((level, message, fields) => logged.push({ level, message, fields }));
    const allowList = parseAllowList(allow ?? "@example.com");
    const access = openAccess({ database, required: true, allowList: provider ? allowList : null, ...accessOptions });
    const { name, description, cron, timeZone, selection } = pageSchedule;
    const schedules = [{ name, description, cron, timeZone, selection }];
    const scheduler = new Scheduler({ ...tiny, schedules, logger });
    const ready = () => Promise.resolve([{ name: "database", ready: true, message: "It answers." }]);
    const app: Hono = new Hono().onError(onError(logger)).notFound(onNotFound)
      .route("/", api({ engine, scheduler, logger, ready, access, allowedOrigins, ...apiOptions }))
      .route(
        "/",
        page({
          engine,
          scheduler,
          apiDocument: () => openApiDocument(app.routes, { version: "1" }),
          access: {
            access,
            siteUrl: siteUrl ?? (() => new URL("http://localhost:8000")),
            trustedProxies: 0,
            logger,
            signIn: provider
              ? {
                provider: openIdProvider({ ...provider, timeoutMs: providerTimeoutMs }),
                scopeOf: (email, domain) => allowList.scopeOf(email, domain),
                allowedOrigins,
                tokenInUrl,
              }
              : null,
          },
        }),
      );
    return await test({ ...tiny, app: heldToDocument(app), access, logged });
  }, engineOptions);
}

/** A browser without a window: it keeps cookies, follows redirects within its own site, and reports those to other sites. */
export class CookieJar {
  readonly cookies: Map<string, string> = new Map();

  constructor(private readonly app: Hono, private readonly origin = "http://localhost:8000") {}

  /** One request, with the headers that a browser adds. */
  async ask(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers({ Accept: "text/html", ...Object.fromEntries(new Headers(init.headers)) });
    if (this.cookies.size > 0) headers.set("Cookie", [...this.cookies].map(([k, v]) => `${k}=${v}`).join("; "));
    if (init.method === "POST" && !headers.has("Origin")) headers.set("Origin", this.origin);
    const response = await this.app.request(`${this.origin}${path}`, { redirect: "manual", ...init, headers });
    for (const cookie of response.headers.getSetCookie()) {
      const [pair] = cookie.split(";");
      const [name, value] = [pair!.slice(0, pair!.indexOf("=")), pair!.slice(pair!.indexOf("=") + 1)];
      if (value === "" || /max-age=0/i.test(cookie)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }

  async post(path: string, fields: Record<string, string> = {}): Promise<Response> {
    return await this.ask(path, {
      method: "POST",
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams(fields).toString(),
    });
  }

  /** The complete sign-in at the identity provider; returns the response of the callback. */
  async signIn(returnTo = "/"): Promise<Response> {
    const begun = await this.ask(`/auth/google/login?redirect_url=${encodeURIComponent(returnTo)}`);
    const back = await fetch(begun.headers.get("Location")!, { redirect: "manual" });
    await back.body?.cancel();
    const { pathname, search } = new URL(back.headers.get("Location")!);
    return await this.ask(pathname + search);
  }
}
