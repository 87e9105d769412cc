/** The schemas that statements name. */
const schemas = "engine|access|raw|silver|gold|retired";

/** Where a statement names a schema: before the dot of a qualified name, and after SCHEMA. */
const names = new RegExp(
  [
    // What is skipped: comments and other literals than names of relations, types and schemas.
    `(?<skipped>--[^\\n]*|/\\*.*?\\*/)`,
    `(?<before>(?<![\\w$"])(?:to_reg\\w+|nextval|setval|currval)\\s*\\(\\s*)?(?<literal>'(?:[^']|'')*')(?<cast>\\s*::\\s*reg\\w+)?`,
    `(?<keyword>(?<![\\w$"])SCHEMA\\s+(?:IF\\s+(?:NOT\\s+)?EXISTS\\s+)?)(?<quote>"?)(?<made>${schemas})\\k<quote>(?![\\w$"])`,
    `(?<![\\w$".])(?<open>"?)(?<named>${schemas})\\k<open>(?=\\s*\\.)`,
  ].join("|"),
  "gis",
);
const inLiteral = new RegExp(`^'("?)(${schemas})\\1(?=['.])`, "i");

/**
 * Names the schemas of statements as they are in the database, where each has a prefix before its name: `engine.run` is
 * `tandem_engine.run`. Names count where they qualify another (`raw.x`, `"raw"."x"`), after `SCHEMA`, and in literals that
 * PostgreSQL reads as a name (`'gold.x'::regclass`, `to_regclass('gold.x')`); other literals and comments stay as they are.
 * No alias or column in front of a dot may be called like a schema.
 *
 * @param prefix Empty where schemas have the names that statements give them.
 */
export function schemaNaming(prefix: string): (statement: string) => string {
  if (prefix === "") return (statement) => statement;
  return (statement) =>
    statement.replace(names, (whole, ...rest) => {
      const found = rest.at(-1) as Record<string, string | undefined>;
      if (found.skipped !== undefined) return whole;
      if (found.literal !== undefined) {
        const { before = "", literal, cast = "" } = found;
        return before || cast ? before + literal.replace(inLiteral, `'$1${prefix}$2$1`) + cast : whole;
      }
      if (found.made !== undefined) return `${found.keyword}${found.quote}${prefix}${found.made}${found.quote}`;
      return `${found.open}${prefix}${found.named}${found.open}`;
    });
}
