import { Field } from "./field.tsx";

/** Reports the version of an asset made outside Tandem. */
export function ReportForm({ assetKey, last }: { assetKey: string; last: string | null }) {
  return (
    <>
      <p class="about">
        This asset is made outside Tandem. A report records its current version; downstream assets become stale if the
        version is new. {last === null ? "No version has been reported yet." : `The last reported version is ${last}.`}
      </p>
      <form class="filters" data-report={assetKey} aria-label={`Report ${assetKey}`}>
        <label>
          Event
          <select name="kind">
            <option value="materialized">new version made</option>
            <option value="observed">version observed</option>
          </select>
        </label>
        <Field
          label="Version"
          type="text"
          name="version"
          required
          maxlength={255}
          placeholder="a date, a hash …"
          spellcheck={false}
          aria-describedby="report-problem"
        />
        <Field
          label="When (UTC; now if empty)"
          type="datetime-local"
          name="at"
          step="1"
          aria-describedby="report-problem"
        />
        <button type="submit" class="primary" id="report">Report</button>
        <p class="notice bad" id="report-problem" role="alert" hidden></p>
      </form>
      <noscript>
        <p class="notice">
          Without JavaScript: <code>POST /v1/assets/{assetKey}/report</code> with{" "}
          <code>{'{"kind": "materialized", "version": "…"}'}</code>.
        </p>
      </noscript>
    </>
  );
}
