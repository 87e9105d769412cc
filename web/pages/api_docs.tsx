import type { DescribedOperation, JsonSchema, OpenApiDocument } from "../../routes/openapi/mod.ts";
import { DataTable } from "../components/data_table.tsx";
import { Layout } from "../layout.tsx";
import { PageHead } from "../components/page_head.tsx";

/** Reference of the API: every operation by subject, with its parameters and responses, and the schemas used. */
export function ApiDocsPage({ document, origin }: { document: OpenApiDocument; origin: string }) {
  const all = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation }))
  );
  const tags = document.tags.map(({ name }) => ({
    name,
    operations: all.filter(({ operation }) => operation.tags[0] === name),
  }));
  return (
    <Layout
      title="API · Tandem"
      path="/docs"
      styles={["docs.css"]}
      headline={
        <PageHead title="API">
          {document.info.description} As a document for programs: <a href="/openapi.json">openapi.json</a>{" "}
          (OpenAPI 3.1).
        </PageHead>
      }
    >
      <section class="panel" aria-label="Contents">
        <p class="about">
          Requests send an access token as <code>Authorization: Bearer …</code>{" "}
          where the service asks for credentials. Errors are problem documents (RFC 9457); the original services’ routes
          answer <code>{'{"error": …}'}</code>.
        </p>
        <ul class="contents">
          {tags.map(({ name, operations }) => (
            <li key={name}>
              <a href={`#${anchor(name)}`}>{name}</a> <span class="faint">{operations.length}</span>
            </li>
          ))}
          <li>
            <a href="#schemas">Schemas</a> <span class="faint">{Object.keys(document.components.schemas).length}</span>
          </li>
        </ul>
      </section>
      {tags.map(({ name, operations }) => (
        <section class="panel" id={anchor(name)} aria-labelledby={`${anchor(name)}-title`} key={name}>
          <h2 id={`${anchor(name)}-title`}>{name}</h2>
          {operations.map((one) => <Operation {...one} origin={origin} key={one.operation.operationId} />)}
        </section>
      ))}
      <section class="panel" id="schemas" aria-labelledby="schemas-title">
        <h2 id="schemas-title">Schemas</h2>
        {Object.entries(document.components.schemas).map(([name, schema]) => (
          <details class="schema" id={`schema-${name}`} key={name}>
            <summary>
              <code>{name}</code>{" "}
              {typeof schema.description === "string" && <span class="faint">{schema.description}</span>}
            </summary>
            <Schema schema={schema} />
          </details>
        ))}
      </section>
    </Layout>
  );
}

function Operation(
  { method, path, operation, origin }: { method: string; path: string; operation: DescribedOperation; origin: string },
) {
  const { operationId, summary, description, parameters, requestBody, responses } = operation;
  const body = requestBody?.content["application/json"];
  const good = Object.entries(responses).filter(([status]) => Number(status) < 400);
  const bad = Object.entries(responses).filter(([status]) => Number(status) >= 400);
  return (
    <details class="operation" id={operationId}>
      <summary>
        <span class={`method ${method.toLowerCase()}`}>{method}</span> <code>{path}</code> <span>{summary}</span>
      </summary>
      {description && <p>{description}</p>}
      <p class="faint">
        {operation["x-scope"] ? `Needs the scope ${operation["x-scope"]}.` : "Needs no credentials."}{" "}
        <a href={`#${operationId}`}>Link to it</a>
      </p>
      {parameters.length > 0 && (
        <DataTable
          label={`Parameters of ${method} ${path}`}
          columns={[
            {
              title: "Parameter",
              header: true,
              cell: ({ name, required }) => (
                <>
                  <code>{name}</code>
                  {required ? " *" : ""}
                </>
              ),
            },
            { title: "In", cell: (parameter) => parameter.in },
            { title: "Type", cell: ({ schema }) => typeOf(schema) },
            { title: "Description", class: "reason", cell: ({ description }) => description ?? "" },
          ]}
          rows={parameters}
        />
      )}
      {body?.schema && (
        <>
          <h3 class="part">Body, as JSON</h3>
          <Schema schema={body.schema} />
        </>
      )}
      <h3 class="part">Answers</h3>
      <dl class="answers">
        {good.map(([status, { description, content = {}, headers = {} }]) => (
          <div key={status}>
            <dt>{status}</dt>
            <dd>
              {description}
              {Object.entries(content).map(([type, { schema }]) => (
                <span class="media" key={type}>
                  <code>{type}</code> {schema && <SchemaName schema={schema} />}
                </span>
              ))}
              {Object.entries(headers).map(([name, { description }]) => (
                <span class="media" key={name}>
                  <code>{name}</code>: {description}
                </span>
              ))}
            </dd>
          </div>
        ))}
        <div>
          <dt>Errors</dt>
          <dd>{bad.map(([status]) => status).join(", ")}</dd>
        </div>
      </dl>
      <pre tabindex={0}><code>{curl({ method, path, operation, origin })}</code></pre>
    </details>
  );
}

/** A `curl` command for an operation's example request. */
function curl(
  { method, path, operation: { parameters, requestBody }, origin }: {
    method: string;
    path: string;
    operation: DescribedOperation;
    origin: string;
  },
): string {
  const filled = parameters.filter((one) => one.in === "path").reduce(
    (text, { name, example }) =>
      text.replace(`{${name}}`, example === undefined ? name.toUpperCase() : String(example)),
    path,
  );
  const query = new URLSearchParams(
    parameters.filter((one) => one.in === "query" && one.example !== undefined)
      .map(({ name, example }) => [name, String(example)]),
  );
  const url = `${origin}${filled}${query.size > 0 ? `?${query}` : ""}`;
  const body = requestBody?.content["application/json"]?.example;
  return [
    `curl ${method === "GET" ? "" : `-X ${method} `}'${url}'`,
    ...(body === undefined ? [] : [`     -H 'Content-Type: application/json'`, `     -d '${JSON.stringify(body)}'`]),
  ].join(" \\\n");
}

/** A schema as a list of its properties; named schemas within it are links. */
function Schema({ schema }: { schema: JsonSchema }) {
  const properties = schema.properties as Record<string, JsonSchema> | undefined;
  if (!properties) {
    return (
      <p>
        <SchemaName schema={schema} />
      </p>
    );
  }
  const required = new Set((schema.required as string[] | undefined) ?? []);
  return (
    <dl class="properties">
      {Object.entries(properties).map(([name, property]) => (
        <div key={name}>
          <dt>
            <code>{name}</code>
            {required.has(name) ? "" : "?"}
          </dt>
          <dd>
            <SchemaName schema={property} />{" "}
            {typeof property.description === "string" && <span class="faint">{property.description}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Short form of a schema; a link if it has a name. */
function SchemaName({ schema }: { schema: JsonSchema }) {
  const ref = referenceOf(schema);
  if (ref !== null) return <a href={`#schema-${ref}`}>{ref}</a>;
  const items = schema.items as JsonSchema | undefined;
  if (items) {
    return (
      <>
        list of <SchemaName schema={items} />
      </>
    );
  }
  const options = (schema.anyOf ?? schema.oneOf) as JsonSchema[] | undefined;
  if (options) {
    return (
      <>
        {options.map((option, i) => (
          <>
            {i > 0 && " or "}
            <SchemaName schema={option} />
          </>
        ))}
      </>
    );
  }
  return <>{typeOf(schema)}</>;
}

function referenceOf({ $ref }: JsonSchema): string | null {
  return typeof $ref === "string" ? $ref.split("/").at(-1)! : null;
}

function typeOf(schema: JsonSchema): string {
  const { type, format, enum: values, const: value } = schema;
  if (Array.isArray(values)) return values.map(String).join(" | ");
  if (value !== undefined) return JSON.stringify(value);
  const name = typeof type === "string" ? type : Array.isArray(type) ? type.join(" or ") : "anything";
  return typeof format === "string" ? `${name} (${format})` : name;
}

function anchor(name: string): string {
  return name.toLowerCase().replaceAll(" ", "-");
}
