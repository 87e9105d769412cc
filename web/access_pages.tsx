import { type Context, Hono } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { z } from "zod";
import {
  type Access,
  type Actor,
  may,
  NewToken,
  type Principal,
  RepeatedFormError,
  type ReturnAddress,
  returnAddress,
  returnPath,
  SESSION_MINUTES,
  withParameter,
} from "../access/mod.ts";
import { type Logger, readValue } from "../engine/mod.ts";
import {
  type IdentityProvider,
  IdentityProviderError,
  IdentityRefusedError,
  type ProvenIdentity,
} from "../resources/identity_provider/mod.ts";
import { actorOf, Problem, sessionCookie } from "../routes/mod.ts";
import { jsonBody } from "../routes/validation.ts";
import { answer, answerCsv } from "./answer.tsx";
import { auditAddress, AuditEventsPage } from "./pages/audit_events.tsx";
import { SettingsPage, type SettingsProps } from "./pages/settings.tsx";
import { SignInFailedPage, SignInPage } from "./pages/sign_in.tsx";

/** Sign-in by an identity provider. */
export interface SignInWays {
  provider: IdentityProvider;
  /** The scope of an address; `null` if it may not sign in. */
  scopeOf(email: string, domain: string | null): string | null;
  /** Other origins whose pages people may sign in for, besides this site's own. */
  allowedOrigins?: readonly string[];
  /** Whether such a page receives its token in its URL, as the original's page did, instead of a code to exchange for one. */
  tokenInUrl?: boolean;
}

export interface AccessPagesOptions {
  access: Access;
  /** `null` if sign-in by an identity provider is not configured. */
  signIn: SignInWays | null;
  /** Public address of the service. */
  siteUrl(): URL;
  trustedProxies: number;
  logger: Logger;
  clock: { now(): Temporal.Instant };
}

/** Ties the provider's callback to the browser in which the sign-in began. */
const signInCookie = "__Host-tandem_sign_in";
const cookieOptions = { path: "/", secure: true, httpOnly: true, sameSite: "Lax" } as const;
const eventsPerPage = 100;

/** `/sign-in`, `/auth/…` and `/settings`: sign-in, sign-out, tokens and sessions. */
export function accessPages(
  { access, signIn, siteUrl, trustedProxies, logger, clock }: AccessPagesOptions,
): Hono {
  const by = (c: Context): Actor => actorOf(c, { trustedProxies });
  const redirectUri = () => new URL("/auth/google/callback", siteUrl()).href;

  function begin(c: Context, secret: string): void {
    setCookie(c, sessionCookie, secret, { ...cookieOptions, maxAge: SESSION_MINUTES * 60 });
  }

  /** Ends the browser's previous session, so that no unseen session remains. */
  async function endEarlier(c: Context): Promise<void> {
    const earlier = getCookie(c, sessionCookie);
    const principal = earlier === undefined ? null : await access.sessions.principalOf(earlier);
    if (principal?.id) await access.sessions.end(principal.id, { by: { ...by(c), ...principal } }).catch(() => {});
  }

  async function settings(
    c: Context,
    more: Pick<SettingsProps, "created" | "problem"> = {},
    status: 200 | 400 | 409 = 200,
  ) {
    const principal = c.get("principal") as Principal;
    const everything = may(principal, "admin");
    const [tokens, sessions] = await Promise.all([
      everything ? access.tokens.list() : null,
      access.sessions.list(everything ? {} : { name: principal.name }),
    ]);
    const { required } = access;
    const now = clock.now().epochMilliseconds;
    return answer(c, <SettingsPage {...{ principal, required, tokens, sessions, now, ...more }} />, status);
  }

  async function proven(c: Context): Promise<ProvenIdentity & { returnTo: ReturnAddress }> {
    const { state, code, error } = c.req.query();
    const browser = getCookie(c, signInCookie);
    deleteCookie(c, signInCookie, cookieOptions);
    if (error !== undefined) throw new SignInFailure(400, "Not signed in", "The sign-in was not completed.");
    if (!state || !code || !browser) {
      throw new SignInFailure(400, "Not signed in", "No sign-in was started in this browser.");
    }
    const pending = await access.signIns.take(state, browser);
    if (pending === null) {
      throw new SignInFailure(
        400,
        "Not signed in",
        "This sign-in has expired, was already used, or began in another browser.",
      );
    }
    const { nonce, codeVerifier } = pending;
    try {
      const identity = await signIn!.provider.identityOf(code, { nonce, codeVerifier, redirectUri: redirectUri() });
      return { ...identity, returnTo: pending.returnTo };
    } catch (fault) {
      if (fault instanceof IdentityRefusedError) {
        logger.warn(`A sign-in was refused: ${fault.message}`, { requestId: c.get("requestId") });
        await access.audit.record(by(c), { action: "sign-in" }, "refused");
        throw new SignInFailure(403, "Not signed in", "The identity provider did not confirm this sign-in.");
      }
      throw unreachable(c, fault);
    }
  }

  function unreachable(c: Context, fault: unknown): unknown {
    if (!(fault instanceof IdentityProviderError)) return fault;
    logger.error(fault.message, { requestId: c.get("requestId") });
    return new SignInFailure(
      502,
      "Not signed in",
      "The identity provider does not answer correctly. Try again soon.",
    );
  }

  return new Hono()
    .onError((error, c) => {
      if (!(error instanceof SignInFailure)) throw error;
      // Programs get the error in the shape of the original backend.
      if (!(c.req.header("Accept") ?? "").includes("text/html")) return c.json({ error: error.detail }, error.status);
      return answer(c, <SignInFailedPage title={error.message} detail={error.detail} />, error.status);
    })
    .get("/sign-in", (c) => {
      const back = returnPath(c.req.query("return") ?? "/") ?? "/";
      if (c.get("principal" as never) !== undefined) return c.redirect(back, 303);
      const provider = signIn?.provider.name ?? null;
      const signedOut = c.req.query("signed_out") !== undefined;
      return answer(c, <SignInPage provider={provider} returnPath={back} signedOut={signedOut} />);
    })
    // Addresses of the original backend, which are registered with Google.
    .get("/auth/google/login", async (c) => {
      if (!signIn) return c.notFound();
      const asked = c.req.query("redirect_url") ?? c.req.query("return") ?? "/";
      const back = returnAddress(asked, signIn.allowedOrigins ?? []);
      if (back === null) {
        throw new Problem(
          "invalid-request",
          "redirect_url: Only paths of this site such as /pairs and addresses of ALLOWED_ORIGINS are allowed after sign-in.",
        );
      }
      const pending = await access.signIns.begin(back);
      let url: URL;
      try {
        url = await signIn.provider.signInUrl({ ...pending, redirectUri: redirectUri() });
      } catch (fault) {
        throw unreachable(c, fault);
      }
      setCookie(c, signInCookie, pending.browser, { ...cookieOptions, maxAge: 600 });
      return c.redirect(url.href, 302);
    })
    .get("/auth/google/callback", async (c) => {
      if (!signIn) return c.notFound();
      const person = await proven(c);
      if (signIn.scopeOf(person.email, person.domain) === null) {
        await access.audit.record({ ...by(c), name: person.email }, { action: "sign-in" }, "refused: not on the list");
        throw new SignInFailure(
          403,
          "You have no access here",
          `${person.email} is not on the list of allowed accounts. Ask the operator of this service.`,
        );
      }
      const personId = await access.signIns.welcome(person);
      const actor: Actor = { ...by(c), kind: "session", id: null, name: person.email };
      const context = { userAgent: c.req.header("User-Agent") ?? null, by: actor };
      const { origin, path } = person.returnTo;
      if (origin !== null) {
        const [name, secret] = signIn.tokenInUrl
          ? ["token", (await access.sessions.beginForPage({ personId, origin }, context)).secret] as const
          : ["code", await access.signIns.giveCode({ personId, origin })] as const;
        return c.redirect(withParameter({ origin, path }, name, secret), 303);
      }
      await endEarlier(c);
      begin(c, await access.sessions.begin({ personId }, context));
      return c.redirect(path, 303);
    })
    // Completes the sign-in for a page of another origin: exchanges the code in its address for a token.
    .post("/auth/exchange", jsonBody(CodeRequest), async (c) => {
      const visitor = await access.signIns.takeCode(c.req.valid("json").code, c.req.header("Origin") ?? null);
      if (visitor === null) {
        await access.audit.record(by(c), { action: "sign-in" }, "refused: no such code");
        throw new Problem("invalid-request", "code: This code is unknown, already used, or more than a minute old.");
      }
      const actor: Actor = { ...by(c), kind: "session", id: null, name: visitor.email };
      const context = { userAgent: c.req.header("User-Agent") ?? null, by: actor };
      const { secret: token, expiresAt } = await access.sessions.beginForPage(visitor, context);
      return c.json({ token, token_type: "Bearer", expires_at: expiresAt });
    })
    .post("/auth/token", async (c) => {
      const form = await formOf(c);
      const back = returnPath(form.return ?? "/") ?? "/";
      const principal = await access.tokens.principalOf((form.token ?? "").trim());
      if (principal === null) {
        await access.audit.record(by(c), { action: "sign-in" }, "refused: no such token");
        const provider = signIn?.provider.name ?? null;
        const problem = "This token is unknown, expired or revoked.";
        return answer(c, <SignInPage provider={provider} returnPath={back} problem={problem} />, 401);
      }
      await endEarlier(c);
      const actor: Actor = { ...by(c), kind: "token", id: principal.id, name: principal.name };
      const userAgent = c.req.header("User-Agent") ?? null;
      begin(c, await access.sessions.begin({ tokenId: principal.id! }, { userAgent, by: actor }));
      return c.redirect(back, 303);
    })
    .post("/auth/sign-out", async (c) => {
      await endEarlier(c);
      deleteCookie(c, sessionCookie, cookieOptions);
      c.header("Clear-Site-Data", '"cache"');
      return c.redirect("/sign-in?signed_out", 303);
    })
    .get("/settings", (c) => settings(c))
    // Responds without a redirect: only this response contains the secret. Reloading it sends the form again, which its key refuses.
    .post("/settings/tokens", async (c) => {
      const { name = "", scope = "read", expiresInDays, formKey } = await formOf(c);
      const wanted = readValue(TokenForm, {
        name,
        scope,
        ...(expiresInDays ? { expiresInDays: Number(expiresInDays) } : {}),
        formKey,
      });
      if (!wanted.ok) {
        const said = wanted.faults.map(({ path, message }) => `${path}: ${message}`).join(" ");
        return await settings(c, { problem: said }, 400);
      }
      const { formKey: key, ...token } = wanted.value;
      try {
        return await settings(c, { created: await access.tokens.create(token, by(c), { formKey: key }) });
      } catch (error) {
        if (!(error instanceof RepeatedFormError)) throw error;
        return await settings(c, { problem: `${error.message} The form below creates another token.` }, 409);
      }
    })
    .post("/settings/tokens/:id{[1-9][0-9]{0,14}}/revoke", async (c) => {
      await access.tokens.revoke(Number(c.req.param("id")), by(c));
      return c.redirect("/settings#tokens", 303);
    })
    .post("/settings/sessions/:id{[1-9][0-9]{0,14}}/end", async (c) => {
      const principal = c.get("principal" as never) as Principal;
      const whose = may(principal, "admin") ? {} : { name: principal.name };
      await access.sessions.end(Number(c.req.param("id")), { by: by(c), ...whose });
      return c.redirect("/settings#sessions", 303);
    })
    .get("/settings/audit-events", async (c) => {
      const { search, problems } = auditAddress.read(new URL(c.req.url).searchParams);
      const found = await access.audit.list({ ...search, limit: eventsPerPage + 1 });
      const now = clock.now().epochMilliseconds;
      const more = found.length > eventsPerPage;
      const page = <AuditEventsPage {...{ search, problems, events: found.slice(0, eventsPerPage), more, now }} />;
      return answer(c, page, problems.size > 0 ? 400 : 200);
    })
    .get("/settings/audit-events.csv", async (c) => {
      const { search, problems } = auditAddress.read(new URL(c.req.url).searchParams);
      if (problems.size > 0) return c.text([...problems.values()].join("\n"), 400);
      const rows = await access.audit.list({ ...search, limit: 10_000 });
      const names = ["id", "at", "actorKind", "actor", "action", "target", "outcome", "address", "requestId", "detail"];
      return answerCsv(c, "audit_events.csv", { names, rows });
    });
}

/** The form of a new token, with a key of its own. */
const TokenForm = NewToken.extend({ formKey: z.uuid("The form below has a key, which this request lacks.") });

const CodeRequest = z.strictObject({ code: z.string("A code is required.").min(1).max(200) });

/** Failed sign-in, with the reason that the page shows. */
class SignInFailure extends Error {
  constructor(readonly status: 400 | 403 | 502, title: string, readonly detail: string) {
    super(title);
  }
}

/** Fields of a form, without those that are not text. @throws {Problem} If the body is not a form. */
async function formOf(c: Context): Promise<Record<string, string>> {
  const type = c.req.header("Content-Type") ?? "";
  if (!/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(type)) {
    throw new Problem("unsupported-media-type", "Send the fields of the form as application/x-www-form-urlencoded.", {
      headers: { Accept: "application/x-www-form-urlencoded" },
    });
  }
  return Object.fromEntries(new URLSearchParams(await c.req.text()));
}
