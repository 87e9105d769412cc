/** Label of the market-data source, on every page and in every response with its data. */
export interface DataSource {
  /** As in the metadata of what was read from it: `simulated`, `csv`, `parquet`, `imported`, `polygon`. */
  name: string;
  /** `simulated`: invented prices; `file`: read as a whole (a file, or imported data); `vendor`: requested over the network. */
  kind: "simulated" | "file" | "vendor";
  /** For people; without path, key or password: `simulated market, seed 1`, `csv: prices.csv`. */
  label: string;
}

/** Default seed. */
const standingSeed = 1;

/** The source of a setting of {@link marketDataFrom} or `vendorFrom`. */
export function dataSourceOf(setting: string): DataSource {
  const [, name, rest] = /^([^:]*):?(.*)$/s.exec(setting) as unknown as [string, string, string];
  switch (name) {
    case "simulated":
      return { name, kind: "simulated", label: `simulated market, seed ${rest === "" ? standingSeed : Number(rest)}` };
    case "csv":
    case "parquet":
      return { name, kind: "file", label: `${name}: ${fileNameOf(rest)}` };
    case "imported":
      return { name, kind: "file", label: "imported" };
    default:
      return { name, kind: "vendor", label: name };
  }
}

/** Whether the source with this name in metadata invents its prices. */
export function isSimulated(name: string): boolean {
  return name === "simulated";
}

/** The last part of a path, or of a URL without user, password and query. */
function fileNameOf(path: string): string {
  const { pathname, host } = URL.parse(path) ?? { pathname: path, host: "" };
  const isAddress = path.includes("://");
  const last = (isAddress ? pathname : path).split(/[\\/]/).findLast((part) => part !== "");
  return last ?? (isAddress ? host : path);
}
