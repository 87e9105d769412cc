/** A person as confirmed by an identity provider. */
export interface ProvenIdentity {
  issuer: string;
  /** Stays the same when the address changes. */
  subject: string;
  /** Verified by the provider. */
  email: string;
  name: string | null;
  /** Domain whose owner has given out the address; `null` where the provider does not say so. */
  domain: string | null;
}

/** Values sent to the provider with a sign-in, which must come back. */
export interface SignInRequest {
  state: string;
  nonce: string;
  codeVerifier: string;
  /** Where the provider sends the person back to. */
  redirectUri: string;
}

/** An identity provider. */
export interface IdentityProvider {
  /** How people know it, such as `Google`. */
  readonly name: string;
  /** Where to send a person. @throws {IdentityProviderError} If the provider cannot be reached. */
  signInUrl(request: SignInRequest): Promise<URL>;
  /**
   * Turns the code that a person brought back into who they are.
   *
   * @throws {IdentityRefusedError} If the code or the identity that it brings is not valid.
   * @throws {IdentityProviderError} If the provider cannot be reached, or answers what no provider should.
   */
  identityOf(code: string, request: Omit<SignInRequest, "state">): Promise<ProvenIdentity>;
}

/** The provider does not do its part: it is away, slow, or answers what cannot be understood. Trying again may help. */
export class IdentityProviderError extends Error {
  override readonly name = "IdentityProviderError";
}

/** The provider does not vouch for this person. The message is for the log: it names what was not good, and no secret. */
export class IdentityRefusedError extends Error {
  override readonly name = "IdentityRefusedError";
}
