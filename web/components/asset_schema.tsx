import type { AnyAsset } from "../../engine/mod.ts";
import { type Column, DataTable } from "./data_table.tsx";

/** Columns of an asset. */
export function AssetSchema({ asset: { key, schema, partitionedBy } }: { asset: AnyAsset }) {
  const { primaryKey } = schema;
  const columns: Column<typeof schema.columns[number]>[] = [
    { title: "Column", header: true, cell: ({ name }) => <code>{name}</code> },
    { title: "Type", cell: ({ type }) => type },
    { title: "May be null", cell: ({ nullable }) => nullable ? "yes" : "no" },
    {
      title: "Description",
      class: "reason",
      cell: ({ name, description }) =>
        [
          description,
          primaryKey.includes(name) ? "part of the key" : null,
          partitionedBy?.name === name
            ? "name of its partition"
            : partitionedBy?.date === name
            ? "date of its partition"
            : null,
        ].filter((part) => part !== null).join("; ") || "–",
    },
  ];
  return (
    <>
      <p class="about">
        Primary key: {primaryKey.join(", ")}. <a href={`/assets/${key}/schema.csv`}>Download the schema as CSV</a>
      </p>
      <DataTable label="Schema" columns={columns} rows={schema.columns} />
    </>
  );
}
