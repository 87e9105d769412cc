import { exportJWK, generateKeyPair, type GenerateKeyPairResult, type JWK, SignJWT } from "jose";
import { createHash, timingSafeEqual } from "node:crypto";
import { setTimeout } from "node:timers/promises";

/** Faults of the provider, for the next sign-in or for all. */
export interface ProviderFaults {
  /** Claims that replace those of a valid token; `undefined` removes one. */
  claims?: Record<string, unknown>;
  /** Signature of the token: with its own key, an unknown key, the public key as a shared secret, or none. */
  signature?: "own" | "foreign" | "shared" | "none";
  /** Status of the token endpoint. */
  tokenStatus?: number;
  /** Body of the token endpoint. */
  tokenBody?: string;
  /** Delay of the response. */
  delayMs?: number;
  /** Whether the keys are unavailable. */
  keysAway?: boolean;
  /** Whether the person declines the sign-in. */
  denies?: boolean;
}

/** The person who signs in. */
export interface SimulatedPerson {
  sub: string;
  email: string;
  email_verified: boolean;
  name?: string;
}

/** An OpenID provider on this machine, over HTTP like any other. */
export interface SimulatedProvider extends AsyncDisposable {
  issuer: string;
  clientId: string;
  clientSecret: string;
  person: SimulatedPerson;
  faults: ProviderFaults;
  /** All secrets that passed through it: none may be in a log. */
  readonly secrets: readonly string[];
  /** Requests by path. */
  readonly requests: readonly string[];
  /** From now on signs with another key, which is published too. */
  rotate(): Promise<void>;
}

interface IssuedCode {
  challenge: string;
  nonce: string | null;
  redirectUri: string;
  used: boolean;
}

const encoder = new TextEncoder();

/** Starts one on a port of loopback, by default any free one. */
export async function simulatedProvider({ port = 0, asks = false }: { port?: number; asks?: boolean } = {}): Promise<
  SimulatedProvider
> {
  const codes = new Map<string, IssuedCode>();
  const secrets: string[] = [];
  const requests: string[] = [];
  const clientId = "tandem-test.apps.example.com";
  const clientSecret = `client-secret-${crypto.randomUUID()}`;
  secrets.push(clientSecret);
  const foreign = await keyOf(0);
  let keys = [await keyOf(1)];
  const ending = new AbortController();
  const server = Deno.serve({ hostname: "127.0.0.1", port, onListen() {} }, answer);
  const issuer = `http://127.0.0.1:${server.addr.port}`;
  const provider: SimulatedProvider = {
    issuer,
    clientId,
    clientSecret,
    person: { sub: "1001", email: "ann@example.com", email_verified: true, name: "Ann" },
    faults: {},
    secrets,
    requests,
    async rotate() {
      keys = [await keyOf(keys.length + 1), ...keys];
    },
    async [Symbol.asyncDispose]() {
      ending.abort();
      await server.shutdown();
    },
  };

  async function answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    requests.push(url.pathname);
    switch (url.pathname) {
      case "/.well-known/openid-configuration":
        return Response.json({
          issuer,
          authorization_endpoint: `${issuer}/authorize`,
          token_endpoint: `${issuer}/token`,
          jwks_uri: `${issuer}/keys`,
        });
      case "/keys":
        if (provider.faults.keysAway) return new Response("away", { status: 500 });
        return Response.json({ keys: keys.map(({ jwk }) => jwk) });
      case "/authorize":
        return authorize(url);
      case "/token":
        return await token(request);
      default:
        return new Response("Nothing is here.", { status: 404 });
    }
  }

  function authorize(url: URL): Response {
    const { client_id, redirect_uri, response_type, state, nonce, code_challenge, code_challenge_method, scope } =
      Object
        .fromEntries(url.searchParams);
    const good = client_id === clientId && response_type === "code" && code_challenge_method === "S256" &&
      scope?.split(" ").includes("openid") && code_challenge && redirect_uri && state;
    if (!good) return new Response("This request is not good.", { status: 400 });
    const back = new URL(redirect_uri!);
    back.searchParams.set("state", state!);
    if (provider.faults.denies) {
      back.searchParams.set("error", "access_denied");
    } else {
      const code = `code-${crypto.randomUUID()}`;
      secrets.push(code);
      codes.set(code, { challenge: code_challenge!, nonce: nonce ?? null, redirectUri: redirect_uri!, used: false });
      back.searchParams.set("code", code);
    }
    if (!asks) return new Response(null, { status: 302, headers: { Location: back.href } });
    const html = `<!doctype html><html lang="en"><title>Who are you?</title><h1>Who are you?</h1>
      <p><a href="${back.href.replaceAll("&", "&amp;")}">${provider.person.email}</a></p></html>`;
    return new Response(html, { headers: { "Content-Type": "text/html; charset=utf-8" } });
  }

  async function token(request: Request): Promise<Response> {
    const { tokenStatus, tokenBody, delayMs } = provider.faults;
    if (delayMs) await setTimeout(delayMs, undefined, { signal: ending.signal }).catch(() => {});
    if (tokenStatus || tokenBody !== undefined) {
      return new Response(tokenBody ?? "broken", {
        status: tokenStatus ?? 200,
        headers: { "Content-Type": "application/json" },
      });
    }
    const form = new URLSearchParams(await request.text());
    const basic = `Basic ${btoa(`${clientId}:${clientSecret}`)}`;
    if (!same(request.headers.get("Authorization") ?? "", basic)) return refused("invalid_client", 401);
    const issued = codes.get(form.get("code") ?? "");
    const verifier = form.get("code_verifier") ?? "";
    secrets.push(verifier);
    if (!issued || issued.used || form.get("redirect_uri") !== issued.redirectUri) return refused("invalid_grant");
    issued.used = true;
    if (createHash("sha256").update(verifier).digest("base64url") !== issued.challenge) return refused("invalid_grant");
    const idToken = await signed(issued.nonce);
    const accessToken = `access-${crypto.randomUUID()}`;
    secrets.push(idToken, accessToken);
    return Response.json({ access_token: accessToken, token_type: "Bearer", expires_in: 3600, id_token: idToken });
  }

  async function signed(nonce: string | null): Promise<string> {
    const { claims: replaced = {}, signature = "own" } = provider.faults;
    const now = Math.floor(Date.now() / 1000);
    const claims: Record<string, unknown> = {
      iss: issuer,
      aud: clientId,
      iat: now,
      exp: now + 300,
      nonce,
      ...provider.person,
      ...replaced,
    };
    for (const [name, value] of Object.entries(claims)) if (value === undefined) delete claims[name];
    const key = signature === "foreign" ? foreign : keys[0]!;
    if (signature === "none") return `${part({ alg: "none", typ: "JWT" })}.${part(claims)}.`;
    if (signature === "shared") {
      const secret = encoder.encode(JSON.stringify(keys[0]!.jwk));
      return await new SignJWT(claims).setProtectedHeader({ alg: "HS256", kid: keys[0]!.jwk.kid }).sign(secret);
    }
    // The foreign key has the id of a known one.
    return await new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: keys[0]!.jwk.kid }).sign(key.privateKey);
  }

  return provider;
}

function refused(error: string, status = 400): Response {
  return Response.json({ error, error_description: "This is refused." }, { status });
}

function same(a: string, b: string): boolean {
  const [left, right] = [encoder.encode(a), encoder.encode(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function part(value: unknown): string {
  return encoder.encode(JSON.stringify(value)).toBase64({ alphabet: "base64url", omitPadding: true });
}

/** Key pairs of all providers in this process: generating one takes longer than a whole sign-in. */
const keyPairs: Promise<GenerateKeyPairResult>[] = [];

async function keyOf(pair: number): Promise<{ privateKey: CryptoKey; jwk: JWK }> {
  const { privateKey, publicKey } = await (keyPairs[pair] ??= generateKeyPair("RS256"));
  const jwk = { ...await exportJWK(publicKey), kid: crypto.randomUUID(), alg: "RS256", use: "sig" };
  return { privateKey, jwk };
}
