/**
 * Names of partitions, or other values, in one text, as command lines, addresses and forms have them.
 *
 * They are separated by commas, blanks around them do not count. A name with a comma or a quote in it stands in double quotes, and its
 * own are doubled: `BRK.B,"A,B"`. Quotes around a name that needs none belong to the name, so that every symbol without a comma can be
 * written as it is.
 *
 * @returns In the order given; an empty text for each place where nothing stands.
 */
export function parseNames(text: string): string[] {
  const names: string[] = [];
  for (let at = 0; at <= text.length;) {
    const [whole, quoted] = QUOTED.exec(text.slice(at)) ?? [];
    if (quoted !== undefined && /,|""/.test(quoted)) {
      names.push(quoted.replaceAll('""', '"'));
      at += whole!.length + 1;
      continue;
    }
    const comma = text.indexOf(",", at);
    const end = comma < 0 ? text.length : comma;
    names.push(text.slice(at, end).trim());
    at = end + 1;
  }
  return names;
}

/** A name in quotes up to the comma or end behind it. */
const QUOTED = /^\s*"((?:[^"]|"")*)"\s*(?=,|$)/;

/** The text from which {@link parseNames} reads these names. */
export function namesText(names: readonly string[]): string {
  return names.map((name) => /[,"]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name).join(",");
}
