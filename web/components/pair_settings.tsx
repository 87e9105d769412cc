import type { MovedPair } from "../moved_pair.ts";
import { type PairView, pairViewEntries, pairViewPath } from "../pair_view.ts";
import { type SettingField, settingPrefix } from "../settings_form.ts";
import { strategyTitle } from "../strategy_words.ts";

/** The settings of a pair's strategy, to be moved. Without scripts the button backtests them; with scripts each input does. */
export function PairSettings(
  { tickers, view, strategy, moved: { fields, texts, problems } }: {
    tickers: readonly [string, string];
    view: PairView;
    strategy: string;
    moved: MovedPair;
  },
) {
  const isMoved = Object.keys(view.moved ?? {}).length > 0;
  return (
    <details class="pair-settings" open={isMoved}>
      <summary>Move the settings of {strategyTitle(strategy)} for this pair</summary>
      <form
        action={`${pairViewPath(tickers, view, { moved: {} })}#walk-forward`}
        method="get"
        data-pair-settings
        aria-label="Settings for this pair"
      >
        {pairViewEntries({ ...view, moved: {} }).map(([name, value]) => (
          <input type="hidden" name={name} value={value} key={name} />
        ))}
        <div class="moved-grid">
          {fields.map((field) => (
            <Field
              key={field.name}
              field={field}
              text={texts.get(field.name) ?? field.standing}
              problem={problems.get(field.name)}
            />
          ))}
        </div>
        <p class="moved-actions">
          <button type="submit" class="primary">Backtest</button>
          <a href={`${pairViewPath(tickers, view, { moved: {} })}#walk-forward`} class="button quiet" data-as-set>
            As set
          </a>
        </p>
      </form>
    </details>
  );
}

function Field({ field, text, problem }: { field: SettingField; text: string; problem: string | undefined }) {
  const { name, title, kind, choices, range, nullable, standing } = field;
  const id = `moved-${name}`;
  const control = {
    id,
    name: `${settingPrefix}${name}`,
    // What is set is not sent.
    "data-standing": standing,
    "aria-invalid": problem === undefined ? undefined : "true" as const,
    "aria-describedby": `hint-${name} problem-${name}`,
  };
  return (
    <div class="moved-field">
      <label for={id}>{title ?? name}</label>
      {choices
        ? (
          <select {...control}>
            {choices.map((choice) => (
              <option key={choice} value={choice} selected={choice === text}>{choice.replaceAll("_", " ")}</option>
            ))}
          </select>
        )
        // A text field, so that the server receives invalid numbers and reports them at the field.
        : (
          <input
            type="text"
            inputmode={kind === "integer" ? "numeric" : "decimal"}
            value={text}
            autocomplete="off"
            spellcheck={false}
            {...control}
          />
        )}
      {range && (
        <input
          type="range"
          class="scripted"
          data-slides={id}
          aria-label={`${title ?? name}, slider`}
          min={range.least}
          max={range.most}
          step={stepOf(field)}
          value={text === "" ? range.most : text}
        />
      )}
      <span class="hint" id={`hint-${name}`}>
        {`set: ${standing === "" ? "none" : standing.replaceAll("_", " ")}`}
        {nullable && "; leave empty for none"}
      </span>
      <span class="fault" id={`problem-${name}`} role="alert" data-live>{problem}</span>
    </div>
  );
}

/** A step of the slider: about a hundredth of its range, in round numbers. */
function stepOf({ kind, range }: SettingField): number {
  if (kind === "integer") return 1;
  const span = range!.most - range!.least;
  return span <= 1 ? 0.01 : span <= 20 ? 0.05 : span <= 100 ? 0.5 : 1;
}
