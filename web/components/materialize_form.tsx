import type { RunRequest, Scope } from "../run_request.ts";
import { type SettingField, settingPrefix } from "../settings_form.ts";
import { RunPlan } from "./run_plan.tsx";

const scopeTitles: readonly (readonly [Scope, string])[] = [
  ["this", "this asset alone"],
  ["upstream", "with everything upstream of it"],
  ["downstream", "with everything downstream of it"],
  ["both", "with both"],
];

export interface MaterializeFormProps {
  request: RunRequest;
  external: boolean;
  /** Key of the asset whose function makes it. */
  producer: string;
  /** Whether automation materializes it when stale. */
  automated: boolean;
}

/** Form to materialize an asset; shows the plan, and runs nothing before confirmation. */
export function MaterializeForm({ request, external, producer, automated }: MaterializeFormProps) {
  const { key, scope, force, priority, from, to, names, hasPartitions, form, settings, problems, asked } = request;
  const problem = (name: string) => problems.get(name);
  const field = (name: string) => ({
    name,
    "aria-invalid": problem(name) === undefined ? undefined : "true" as const,
    "aria-describedby": problem(name) === undefined ? undefined : `problem-${name}`,
  });
  // Those of a range too, if the form has no fields for it.
  const unplaced = ["", "run", ...hasPartitions ? [] : ["from", "to", "names"]].map(problem);
  const general = [...unplaced, settings.problems.get("")].filter((text) => text !== undefined);
  return (
    <>
      <form
        class="filters materialize"
        action={`/assets/${key}#materialize`}
        method="get"
        aria-label={`Materialize ${key}`}
      >
        <label>
          What
          <select class="wide" {...field("scope")}>
            {scopeTitles.filter(([name]) => !external || name === "downstream" || name === "both").map((
              [name, title],
            ) => <option key={name} value={name} selected={name === scope}>{title}</option>)}
          </select>
          <Fault name="scope" text={problem("scope")} />
        </label>
        {hasPartitions && (
          <>
            <label>
              From
              <input type="date" value={from} {...field("from")} />
              <Fault name="from" text={problem("from")} />
            </label>
            <label>
              To
              <input type="date" value={to} {...field("to")} />
              <Fault name="to" text={problem("to")} />
            </label>
            <label>
              Names
              <input type="text" value={names} placeholder="all, or A, B" spellcheck={false} {...field("names")} />
              <Fault name="names" text={problem("names")} />
            </label>
          </>
        )}
        <label>
          Priority
          <input type="number" step="1" value={priority} placeholder="0" {...field("priority")} />
          <Fault name="priority" text={problem("priority")} />
        </label>
        <label class="tick">
          <input type="checkbox" name="force" checked={force} /> Force (also re-materialize fresh assets)
        </label>
        {form.fields.length > 0 && (
          <details class="settings" open={settings.settings !== null || settings.problems.size > 0}>
            <summary>Settings for this run only</summary>
            <div class="settings-grid">
              {form.fields.map((of) => (
                <Setting
                  key={of.name}
                  field={of}
                  text={settings.texts.get(of.name) ?? of.standing}
                  problem={settings.problems.get(of.name)}
                />
              ))}
            </div>
          </details>
        )}
        <button type="submit" class="primary">Show the plan</button>
        {general.map((text) => <p class="notice bad" role="alert" key={text}>{text}</p>)}
      </form>
      {asked?.body.config && (
        <div class="notice" id="experiment">
          <p>
            The settings <code>{JSON.stringify(asked.body.config)}</code> apply to this run only. {automated
              ? "Automation re-materializes the rows with the default settings soon after the run has ended."
              : "The next run that includes it re-materializes the rows with the default settings."}
          </p>
          {automated && (
            <label>
              <input type="checkbox" id="hold-automation" data-hold={producer} /> Pause the automation of {producer}
              {" "}
              first. Neither automation nor a schedule replaces the result of this run until you resume its automation;
              a request does.
            </label>
          )}
        </div>
      )}
      {asked && <RunPlan {...asked} />}
    </>
  );
}

function Fault({ name, text }: { name: string; text: string | undefined }) {
  return text === undefined ? null : <span class="fault" id={`problem-${name}`} role="alert">{text}</span>;
}

function Setting({ field, text, problem }: { field: SettingField; text: string; problem: string | undefined }) {
  const { name, description, kind, choices, bounds, nullable, standing, byDefault } = field;
  const id = `setting-${name}`;
  const control = {
    id,
    name: `${settingPrefix}${name}`,
    // Defaults are not sent.
    "data-standing": standing,
    "aria-invalid": problem === undefined ? undefined : "true" as const,
    "aria-describedby": problem === undefined ? `hint-${name}` : `hint-${name} problem-${name}`,
  };
  const hint = [
    description,
    kind === "list" && choices
      ? `of ${choices.join(", ")}, separated by commas`
      : kind === "list"
      ? "separated by commas"
      : null,
    kind === "json" ? "as JSON" : null,
    bounds,
    nullable ? "empty for none" : null,
    standing === byDefault ? null : `default ${byDefault === "" ? "none" : byDefault}`,
  ].filter((part) => part !== null).join("; ");
  return (
    <div class={text === standing ? "setting" : "setting changed"}>
      <label for={id}>
        <code>{name}</code>
      </label>
      {choices && kind !== "list"
        ? (
          <select {...control}>
            {nullable && <option value="" selected={text === ""}>none</option>}
            {!choices.includes(text) && text !== "" && <option value={text} selected>{text}</option>}
            {choices.map((choice) => <option key={choice} value={choice} selected={choice === text}>{choice}</option>)}
          </select>
        )
        : kind === "json"
        ? <textarea rows={2} spellcheck={false} {...control}>{text}</textarea>
        : (
          // A text field, so that the server receives invalid numbers and reports them at the field.
          <input
            type="text"
            inputmode={kind === "number" ? "decimal" : kind === "integer" ? "numeric" : undefined}
            value={text}
            autocomplete="off"
            spellcheck={false}
            {...control}
          />
        )}
      <span class="hint" id={`hint-${name}`}>{hint}</span>
      <Fault name={name} text={problem} />
    </div>
  );
}
