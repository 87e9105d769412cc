/** Who lets people sign in elsewhere. @module */
export {
  type IdentityProvider,
  IdentityProviderError,
  IdentityRefusedError,
  type ProvenIdentity,
  type SignInRequest,
} from "./identity_provider.ts";
export { openIdProvider, type OpenIdProviderOptions } from "./openid_provider.ts";
