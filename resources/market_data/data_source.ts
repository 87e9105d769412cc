/** Label of the market-data source, on every page and in every response with its data. */
export interface DataSource {
  /** As in the metadata of what was read from it: `simulated`, `csv`, `parquet`, `imported`, `polygon`. */
  name: string;
  /** Invented prices, what is read as a whole (a file, what was imported), or a vendor that is asked over the network. */
  kind: "simulated" | "file" | "vendor";
  /** For people; holds no path, key or password: `simulated market, seed 1`, `csv: prices.csv`. */
  label: string;
}

/** The seed of `simulated` alone. */
const standingSeed = 1;

/** The source that a setting names, which {@link marketDataFrom} or `vendorFrom` takes. */
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

/** Whether a source of this name, as metadata have it, invents its prices. */
export function isSimulated(name: string): boolean {
  return name === "simulated";
}

/** The last part of a path. Of an address its user, password and query are none of it. */
function fileNameOf(path: string): string {
  const { pathname, host } = URL.parse(path) ?? { pathname: path, host: "" };
  const isAddress = path.includes("://");
  const last = (isAddress ? pathname : path).split(/[\\/]/).findLast((part) => part !== "");
  return last ?? (isAddress ? host : path);
}
