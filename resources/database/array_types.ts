/** Formats of one element of an array. */
interface ElementType {
  /** Object identifiers of the element and of its array. */
  element: number;
  array: number;
}

/**
 * The arrays of the types in use. The driver can query all array types of the server on each new connection, but ends the process
 * if that connection is lost during the query.
 */
const ARRAYS = {
  boolArray: { element: 16, array: 1000 },
  nameArray: { element: 19, array: 1003 },
  int2Array: { element: 21, array: 1005 },
  int4Array: { element: 23, array: 1007 },
  textArray: { element: 25, array: 1009 },
  varcharArray: { element: 1043, array: 1015 },
  int8Array: { element: 20, array: 1016 },
  float4Array: { element: 700, array: 1021 },
  float8Array: { element: 701, array: 1022 },
  timestampArray: { element: 1114, array: 1115 },
  dateArray: { element: 1082, array: 1182 },
  timestamptzArray: { element: 1184, array: 1185 },
  numericArray: { element: 1700, array: 1231 },
  uuidArray: { element: 2950, array: 2951 },
  jsonbArray: { element: 3802, array: 3807 },
} satisfies Record<string, ElementType>;

/** Writers and readers of single values, by object identifier. */
export interface ElementFormats {
  serializers: Readonly<Record<number, (value: never) => unknown>>;
  parsers: Readonly<Record<number, (text: string) => unknown>>;
}

/** The array types for the driver's `types`, with elements in the given formats. */
export function arrayTypes({ serializers, parsers }: ElementFormats) {
  return Object.fromEntries(
    Object.entries(ARRAYS).map(([name, { element, array }]) => {
      const write = serializers[element] as ((value: unknown) => unknown) | undefined;
      const read = parsers[element] ?? ((text: string) => text);
      return [name, {
        to: array,
        from: [array],
        serialize: (values: unknown) => Array.isArray(values) ? arrayText(values, write) : values,
        parse: (text: string) => parseArray(text, read),
      }];
    }),
  );
}

/** `["a", null]` → `{"a",NULL}`. */
function arrayText(values: readonly unknown[], write: (value: unknown) => unknown = String): string {
  const elements = values.map((value): string => {
    if (value === null) return "NULL";
    if (value === undefined) throw new TypeError("An array for the database has an undefined value; use null.");
    if (Array.isArray(value)) return arrayText(value, write);
    return `"${String(write(value)).replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
  });
  return `{${elements.join(",")}}`;
}

/** `{"a",NULL}` → `["a", null]`, recursively. */
function parseArray(text: string, read: (text: string) => unknown): unknown[] {
  // Bounds other than the default precede the braces: [0:1]={1,2}.
  let at = text.indexOf("{");
  const list = (): unknown[] => {
    const values: unknown[] = [];
    for (at++; text[at] !== "}";) {
      if (text[at] === ",") at++;
      else if (text[at] === "{") values.push(list());
      else values.push(value());
    }
    at++;
    return values;
  };
  const value = (): unknown => {
    if (text[at] !== '"') {
      const start = at;
      while (text[at] !== "," && text[at] !== "}") at++;
      const bare = text.slice(start, at);
      return bare === "NULL" ? null : read(bare);
    }
    let quoted = "";
    for (at++; text[at] !== '"'; at++) {
      if (text[at] === "\\") at++;
      quoted += text[at];
    }
    at++;
    return read(quoted);
  };
  return list();
}
