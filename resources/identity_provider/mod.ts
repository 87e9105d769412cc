/** Identity providers for sign-in. @module */
export * from "./identity_provider.ts";
export { openIdProvider } from "./openid_provider.ts";
