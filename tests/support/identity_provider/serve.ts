/**
 * Serves a test identity provider: `deno task identity-provider`.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { simulatedProvider } from "./identity_provider.ts";

const usage = `deno task identity-provider

Serves an OpenID provider on 127.0.0.1 that confirms everyone as the same person, and prints the settings with which a service
signs in by it. Ctrl-C stops it.

  PORT    its port, 9100 by default; an environment variable
`;

async function serve(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { help: { type: "boolean", short: "h", default: false } } });
  if (values.help) return console.log(usage);
  const port = Number(Deno.env.get("PORT") ?? "9100");
  const provider = await simulatedProvider({ port, asks: true });
  console.log(`An identity provider serves ${provider.issuer}. It confirms everyone as ${provider.person.email}.

  OIDC_ISSUER=${provider.issuer} GOOGLE_CLIENT_ID=${provider.clientId} \\
  GOOGLE_CLIENT_SECRET=${provider.clientSecret} SIGN_IN_ALLOW=@example.com=admin deno task start
`);
}

try {
  await serve(Deno.args);
} catch (error) {
  if (!(error instanceof Error && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS"))) throw error;
  console.error(`${error.message}\n\n${usage}`);
  Deno.exit(2);
}
