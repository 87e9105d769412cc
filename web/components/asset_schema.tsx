import type { AnyAsset } from "../../engine/mod.ts";
import { TableScroller } from "./table_scroller.tsx";

/** What the rows of an asset hold, column by column. */
export function AssetSchema({ asset: { key, schema, partitionedBy } }: { asset: AnyAsset }) {
  const { columns, primaryKey } = schema;
  return (
    <>
      <p class="about">
        Rows are told apart by {primaryKey.join(", ")}.{" "}
        <a href={`/assets/${key}/schema.csv`}>Download the schema as CSV</a>
      </p>
      <TableScroller label="Schema">
        <table>
          <thead>
            <tr>
              <th scope="col">Column</th>
              <th scope="col">Type</th>
              <th scope="col">May be null</th>
              <th scope="col">What it is</th>
            </tr>
          </thead>
          <tbody>
            {columns.map(({ name, type, nullable, description }) => (
              <tr>
                <th scope="row">
                  <code>{name}</code>
                </th>
                <td>{type}</td>
                <td>{nullable ? "yes" : "no"}</td>
                <td class="reason">
                  {[
                    description,
                    primaryKey.includes(name) ? "part of the key" : null,
                    partitionedBy?.name === name
                      ? "name of its partition"
                      : partitionedBy?.date === name
                      ? "date of its partition"
                      : null,
                  ].filter((part) => part !== null).join("; ") || "–"}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroller>
    </>
  );
}
