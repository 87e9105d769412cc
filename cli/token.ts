import { expiryDays, type Scope, scopes, scopeWords, type Token } from "../access/mod.ts";
import { UsageError } from "./arguments.ts";
import { type Cell, textTable } from "./table.ts";
import type { Terminal } from "./terminal.ts";
import { age } from "./text.ts";
import type { TokenControl } from "./token_control.ts";
import { answering, type ExitCode, layoutOf } from "./answering.ts";

/** `token create NAME`, `token list`, `token revoke ID`: access tokens for programs. */
export async function tokenCommand(
  args: readonly string[],
  tokens: () => Promise<TokenControl>,
  terminal: Terminal,
): Promise<ExitCode> {
  const options = { scope: "string", "expires-days": "string" } as const;
  return await answering("token", { args, options, terminal }, async ({ values, positionals, answer }) => {
    const [what, one, ...more] = positionals;
    if (more.length > 0) throw new UsageError(`"${more[0]}" is unexpected. A name with spaces needs quotes.`);

    switch (what) {
      case "create": {
        const wanted = { name: nameOf(one), scope: scopeOf(values.scope), ...expiry(values["expires-days"]) };
        const created = await (await tokens()).create(wanted);
        if (!values.json) {
          const { id, name } = created.token;
          terminal.stderr.write(`Token ${id}, "${name}", may ${scopeWords[wanted.scope]}.\n`);
          terminal.stderr.write("Store it now: it is not shown again.\n");
        }
        return answer(created, () => [created.secret]);
      }
      case "list": {
        if (one !== undefined) throw new UsageError(`"${one}" is unexpected: all tokens are listed.`);
        const listed = await (await tokens()).list();
        return answer(
          { tokens: listed },
          () => listed.length === 0 ? ["There are no tokens."] : tokenTable(listed, terminal),
        );
      }
      case "revoke": {
        if (one === undefined || !/^[1-9]\d{0,14}$/.test(one)) {
          throw new UsageError(`"revoke" requires the number of a token from \`deno task token list\`.`);
        }
        const revoked = await (await tokens()).revoke(Number(one));
        return answer(revoked, () => [`Token ${revoked.id}, "${revoked.name}", is revoked.`]);
      }
      default:
        throw new UsageError(
          what === undefined ? "Give an action: create, list or revoke." : `"token" has no action "${what}".`,
        );
    }
  });
}

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
  const { least, most } = expiryDays;
  if (text.trim() === "" || !(days >= least && days <= most)) {
    throw new UsageError(`--expires-days "${text}" is not a number from ${least} to ${most}.`);
  }
  return { expiresInDays: days };
}

function tokenTable(tokens: readonly Token[], terminal: Terminal): string[] {
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
    layoutOf(terminal),
  );
}
