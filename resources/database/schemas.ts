/**
 * Places where a statement names one of the schemas: before the dot of a qualified name, after SCHEMA, and in literals that
 * PostgreSQL reads as a name. Comments and other literals are matched to be skipped.
 */
const names =
  /(?<skipped>--[^\n]*|\/\*.*?\*\/)|(?<before>(?<![\w$"])(?:to_reg\w+|nextval|setval|currval)\s*\(\s*)?(?<literal>'(?:[^']|'')*')(?<cast>\s*::\s*reg\w+)?|(?<keyword>(?<![\w$"])SCHEMA\s+(?:IF\s+(?:NOT\s+)?EXISTS\s+)?)(?<quote>"?)(?<made>engine|access|raw|silver|gold|retired|research)\k<quote>(?![\w$"])|(?<![\w$".])(?<open>"?)(?<named>engine|access|raw|silver|gold|retired|research)\k<open>(?=\s*\.)/gis;
const inLiteral = /^'("?)(engine|access|raw|silver|gold|retired|research)\1(?=['.])/i;

/**
 * Rewrites the schema names of statements, if schemas have a prefix in the database: `engine.run` is `tandem_engine.run`. Names
 * count where they qualify another (`raw.x`, `"raw"."x"`), after `SCHEMA`, and in literals that PostgreSQL reads as a name
 * (`'gold.x'::regclass`, `to_regclass('gold.x')`); other literals and comments stay as they are. No alias or column in front of a
 * dot may have the name of a schema.
 *
 * @param prefix Empty if schemas have the names in the statements.
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
