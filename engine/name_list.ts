/**
 * Parses names of partitions, or other values, from one text, as in command lines, URLs and forms.
 *
 * They are separated by commas, without surrounding blanks. A name that contains a comma or a quote is in double quotes, with its
 * own quotes doubled: `BRK.B,"A,B"`. Quotes around any other name belong to the name, so that every symbol without a comma can be
 * written as it is.
 *
 * @returns In the order given; an empty text for each empty place.
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

/** A quoted name up to the next comma or the end. */
const QUOTED = /^\s*"((?:[^"]|"")*)"\s*(?=,|$)/;

/** Formats names for {@link parseNames}. */
export function namesText(names: readonly string[]): string {
  return names.map((name) => /[,"]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name).join(",");
}
