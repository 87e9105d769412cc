import {
  ArcticFetchError,
  CodeChallengeMethod,
  OAuth2Client,
  OAuth2RequestError,
  UnexpectedErrorResponseBodyError,
  UnexpectedResponseError,
} from "arctic";
import { createRemoteJWKSet, errors, jwtVerify, type JWTVerifyGetKey } from "jose";
import { z } from "zod";
import {
  type IdentityProvider,
  IdentityProviderError,
  IdentityRefusedError,
  type ProvenIdentity,
  type SignInRequest,
} from "./identity_provider.ts";

export interface OpenIdProviderOptions {
  /** Such as `https://accounts.google.com`; its discovery document is below it. */
  issuer: string;
  clientId: string;
  /** Never log it. */
  clientSecret: string;
  /** The one domain that may sign in, where there is one: Google then asks for an account of it at once. */
  hostedDomain?: string;
  /** How long the provider may take to answer. */
  timeoutMs?: number;
}

/** Used parts of the discovery document. */
const Discovery = z.object({
  issuer: z.string(),
  authorization_endpoint: z.url(),
  token_endpoint: z.url(),
  jwks_uri: z.url(),
});

const Claims = z.object({
  sub: z.string().min(1).max(255),
  email: z.email().max(320),
  email_verified: z.union([z.literal(true), z.literal("true")]),
  nonce: z.string(),
  azp: z.string().optional(),
  name: z.string().max(300).optional(),
  /** Google alone: the domain that the account is managed by. */
  hd: z.string().max(300).optional(),
});

/** Signatures that are believed. Neither `none` nor one by a shared secret, which the public key could be taken for. */
const algorithms = ["RS256", "ES256"];
/** Clocks may differ so much. */
const clockToleranceSeconds = 30;
/** A token is used the moment that it is made. */
const maxTokenAgeSeconds = 600;
/** Providers change where things are so rarely. */
const discoveryHours = 12;

/**
 * Sign-in by OpenID Connect: code flow with PKCE (S256), state and nonce. The identity token is verified by signature, algorithm, issuer,
 * audience, expiry, age and nonce, and the provider must have verified the address. No other token is used, and none is kept.
 *
 * Source: OpenID Connect Core 1.0, section 3.1; RFC 7636; RFC 9700.
 */
export function openIdProvider(options: OpenIdProviderOptions): IdentityProvider {
  const { issuer, clientId, clientSecret, hostedDomain, timeoutMs = 10_000 } = options;
  const isGoogle = issuer === "https://accounts.google.com";
  let known: { at: number; endpoints: Promise<Endpoints> } | undefined;

  function endpoints(): Promise<Endpoints> {
    if (known && Date.now() - known.at < discoveryHours * 3_600_000) return known.endpoints;
    const found = discover(issuer, timeoutMs);
    known = { at: Date.now(), endpoints: found };
    // A failed fetch is repeated by the next caller.
    found.catch(() => known = undefined);
    return found;
  }

  function client(redirectUri: string): OAuth2Client {
    return new OAuth2Client(clientId, clientSecret, redirectUri);
  }

  return {
    name: isGoogle ? "Google" : new URL(issuer).host,

    async signInUrl({ state, nonce, codeVerifier, redirectUri }: SignInRequest) {
      const { authorization } = await endpoints();
      const url = client(redirectUri).createAuthorizationURLWithPKCE(
        authorization,
        state,
        CodeChallengeMethod.S256,
        codeVerifier,
        ["openid", "email", "profile"],
      );
      url.searchParams.set("nonce", nonce);
      // On a shared browser the person chooses the account.
      url.searchParams.set("prompt", "select_account");
      if (isGoogle && hostedDomain) url.searchParams.set("hd", hostedDomain);
      return url;
    },

    async identityOf(code, { nonce, codeVerifier, redirectUri }): Promise<ProvenIdentity> {
      const { token, keys } = await endpoints();
      const idToken = await exchanged(() => client(redirectUri).validateAuthorizationCode(token, code, codeVerifier), {
        timeoutMs,
      });
      const payload = await verified(idToken, keys, {
        // Google writes its name in two ways.
        issuer: isGoogle ? [issuer, "accounts.google.com"] : issuer,
        audience: clientId,
      });
      const parsed = Claims.safeParse(payload);
      if (!parsed.success) {
        const names = [...new Set(parsed.error.issues.map((issue) => issue.path[0]))].join(", ");
        throw new IdentityRefusedError(`The identity token is invalid by its ${names}.`);
      }
      const claims = parsed.data;
      if (claims.nonce !== nonce) throw new IdentityRefusedError("The identity token is invalid by its nonce.");
      if (claims.azp !== undefined && claims.azp !== clientId) {
        throw new IdentityRefusedError("The identity token is invalid by its azp.");
      }
      const email = claims.email.toLowerCase();
      // With Google an account can be opened under the address of any domain; only `hd` says that the domain's owner gave it out.
      const domain = isGoogle ? claims.hd?.toLowerCase() ?? null : email.slice(email.lastIndexOf("@") + 1);
      return { issuer, subject: claims.sub, email, name: claims.name ?? null, domain };
    },
  };
}

interface Endpoints {
  authorization: string;
  token: string;
  keys: JWTVerifyGetKey;
}

async function discover(issuer: string, timeoutMs: number): Promise<Endpoints> {
  let document: z.output<typeof Discovery>;
  try {
    const response = await fetch(`${issuer}/.well-known/openid-configuration`, {
      signal: AbortSignal.timeout(timeoutMs),
      redirect: "error",
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`it answered ${response.status}`);
    }
    document = Discovery.parse(await response.json());
  } catch (error) {
    const why = error instanceof z.ZodError ? "its discovery document is invalid" : (error as Error).message;
    throw new IdentityProviderError(`The identity provider ${issuer} cannot be reached: ${why}.`);
  }
  if (document.issuer !== issuer) {
    throw new IdentityProviderError(`The identity provider ${issuer} declares another issuer.`);
  }
  const secure = new URL(issuer).protocol === "https:";
  const addresses = [document.authorization_endpoint, document.token_endpoint, document.jwks_uri];
  if (secure && addresses.some((address) => !address.startsWith("https://"))) {
    throw new IdentityProviderError(`The identity provider ${issuer} declares an address without TLS.`);
  }
  return {
    authorization: document.authorization_endpoint,
    token: document.token_endpoint,
    keys: createRemoteJWKSet(new URL(document.jwks_uri), {
      timeoutDuration: timeoutMs,
      // An unknown key is fetched, but not for every forged token.
      cooldownDuration: 30_000,
      cacheMaxAge: 3_600_000,
    }),
  };
}

/** The identity token for a code. */
async function exchanged(
  ask: () => ReturnType<OAuth2Client["validateAuthorizationCode"]>,
  { timeoutMs }: { timeoutMs: number },
): Promise<string> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new IdentityProviderError("The identity provider does not answer in time.")),
    timeoutMs,
  );
  let tokens: Awaited<ReturnType<typeof ask>>;
  try {
    tokens = await Promise.race([ask(), late.promise]);
  } catch (error) {
    // The messages of these errors may hold what the provider said, which may hold anything.
    if (error instanceof OAuth2RequestError) {
      throw new IdentityRefusedError("The identity provider does not accept the code.");
    }
    const away = [ArcticFetchError, UnexpectedResponseError, UnexpectedErrorResponseBodyError];
    if (away.some((type) => error instanceof type)) {
      throw new IdentityProviderError("The identity provider cannot be reached, or its response is invalid.");
    }
    throw error instanceof IdentityProviderError
      ? error
      : new IdentityProviderError("The response of the identity provider is invalid.");
  } finally {
    clearTimeout(timer);
  }
  try {
    return tokens.idToken();
  } catch {
    throw new IdentityProviderError("The identity provider sends no identity token.");
  }
}

async function verified(
  idToken: string,
  keys: JWTVerifyGetKey,
  expected: { issuer: string | string[]; audience: string },
): Promise<unknown> {
  try {
    const { payload } = await jwtVerify(idToken, keys, {
      ...expected,
      algorithms,
      clockTolerance: clockToleranceSeconds,
      maxTokenAge: maxTokenAgeSeconds,
      requiredClaims: ["exp", "iat", "sub", "nonce"],
    });
    return payload;
  } catch (error) {
    const isAway = error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid ||
      error instanceof TypeError || (error instanceof errors.JOSEError && error.code === "ERR_JOSE_GENERIC");
    if (isAway) {
      throw new IdentityProviderError("The keys of the identity provider cannot be fetched.");
    }
    const what = error instanceof errors.JOSEError ? error.code : "an unknown fault";
    const claim = error instanceof errors.JWTClaimValidationFailed ? ` (${error.claim})` : "";
    throw new IdentityRefusedError(`The identity token is invalid: ${what}${claim}.`);
  }
}
