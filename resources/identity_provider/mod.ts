/** Identity providers for sign-in. @module */
export {
  type IdentityProvider,
  IdentityProviderError,
  IdentityRefusedError,
  type ProvenIdentity,
  type SignInRequest,
} from "./identity_provider.ts";
export { openIdProvider, type OpenIdProviderOptions } from "./openid_provider.ts";
