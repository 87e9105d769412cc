import { type Scope, scopes, type Token } from "../access/mod.ts";
import { parseArguments, UsageError } from "./arguments.ts";
import { answering, type ExitCode } from "./materialize.ts";
import { paintFor } from "./paint.ts";
import { type Cell, textTable } from "./table.ts";
import type { Terminal } from "./terminal.ts";
import { age } from "./text.ts";
import type { TokenControl } from "./token_control.ts";
import { usage } from "./usage.ts";

/** `token create NAME`, `token list`, `token revoke ID`: access tokens for programs. */
export async function tokenCommand(
  args: readonly string[],
  tokens: () => Promise<TokenControl>,
  terminal: Terminal,
): Promise<ExitCode> {
  return await answering("token", terminal, async () => {
    const { values, positionals } = parseArguments(args, {
      scope: "string",
      "expires-days": "string",
      json: "boolean",
      help: "boolean",
    });
    if (values.help) {
      terminal.stdout.write(usage("token"));
      return 0;
    }
    const [what, one, ...more] = positionals;
    if (more.length > 0) throw new UsageError(`"${more[0]}" is unexpected. A name with spaces needs quotes.`);
    const json = (value: unknown) => terminal.stdout.write(JSON.stringify(value, null, 2) + "\n");
    switch (what) {
      case "create": {
        const wanted = { name: nameOf(one), scope: scopeOf(values.scope), ...expiry(values["expires-days"]) };
        const created = await (await tokens()).create(wanted);
        if (values.json) json(created);
        else {
          terminal.stderr.write(`Token ${created.token.id}, "${created.token.name}", may ${does[wanted.scope]}.\n`);
          terminal.stderr.write("Store it now: it is not shown again.\n");
          terminal.stdout.write(`${created.secret}\n`);
        }
        return 0;
      }
      case "list": {
        if (one !== undefined) throw new UsageError(`"${one}" is unexpected: all tokens are listed.`);
        const listed = await (await tokens()).list();
        if (values.json) json({ tokens: listed });
        else if (listed.length === 0) terminal.stdout.write("There are no tokens.\n");
        else for (const line of tokenTable(listed, terminal)) terminal.stdout.write(line + "\n");
        return 0;
      }
      case "revoke": {
        if (one === undefined || !/^[1-9]\d{0,14}$/.test(one)) {
          throw new UsageError(`"revoke" requires the number of a token from \`deno task token list\`.`);
        }
        const revoked = await (await tokens()).revoke(Number(one));
        if (values.json) json(revoked);
        else terminal.stdout.write(`Token ${revoked.id}, "${revoked.name}", is revoked.\n`);
        return 0;
      }
      default:
        throw new UsageError(
          what === undefined ? "Give an action: create, list or revoke." : `"token" has no action "${what}".`,
        );
    }
  });
}

const does: Readonly<Record<Scope, string>> = {
  read: "read",
  operate: "read and operate",
  admin: "read, operate, and grant and revoke access",
};

function nameOf(text: string | undefined): string {
  if (text === undefined || text.trim() === "") throw new UsageError("The token needs a name.");
  if (text.length > 100 || /\p{Cc}/u.test(text)) throw new UsageError("A name has at most 100 letters.");
  return text.trim();
}

function scopeOf(text = "read"): Scope {
  const scope = scopes.find((name) => name === text);
  if (scope === undefined) throw new UsageError(`Unknown scope "${text}". Use one of ${scopes.join(", ")}.`);
  return scope;
}

function expiry(text: string | undefined): { expiresInDays?: number } {
  if (text === undefined) return {};
  const days = Number(text);
  if (!(days > 0 && days <= 3_650)) throw new UsageError(`--expires-days "${text}" is not a number from 0 to 3650.`);
  return { expiresInDays: days };
}

function tokenTable(tokens: readonly Token[], terminal: Terminal): string[] {
  const { stdout } = terminal;
  const now = terminal.now();
  const ago = (at: string | null) => at === null ? "never" : age(now - Date.parse(at));
  return textTable(
    [
      { title: "id", align: "right" },
      { title: "name", flexible: true },
      { title: "begins with" },
      { title: "scope" },
      { title: "age", align: "right" },
      { title: "used" },
      { title: "holds" },
    ],
    tokens.map(({ id, name, hint, scope, createdAt, lastUsedAt, expiresAt, revokedAt }): Cell[] => {
      const over = revokedAt !== null
        ? "revoked"
        : expiresAt !== null && Date.parse(expiresAt) <= now
        ? "expired"
        : null;
      return [
        String(id),
        name,
        hint,
        scope,
        ago(createdAt),
        ago(lastUsedAt),
        over === null
          ? { text: expiresAt === null ? "yes" : `until ${expiresAt.slice(0, 10)}`, style: "green" }
          : { text: over, style: "dim" },
      ];
    }),
    { width: stdout.isTerminal ? stdout.columns() : 200, paint: paintFor(terminal, stdout) },
  );
}
