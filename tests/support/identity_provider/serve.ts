/** Serves a test identity provider: `deno task identity-provider`. */
import { simulatedProvider } from "./identity_provider.ts";

const port = Number(Deno.env.get("PORT") ?? "9100");
const provider = await simulatedProvider({ port, asks: true });
console.log(`An identity provider serves ${provider.issuer}. It confirms everyone as ${provider.person.email}.

  OIDC_ISSUER=${provider.issuer} GOOGLE_CLIENT_ID=${provider.clientId} \\
  GOOGLE_CLIENT_SECRET=${provider.clientSecret} SIGN_IN_ALLOW=@example.com=admin deno task start
`);
