import { onButton, press } from "./actions.js";
import { updateTimes } from "./live_parts.js";
import { good, v1 } from "./service.js";
import { waitIn } from "./skeleton.js";

onButton((button, { replay, request }) => {
  if (!replay || !request) return;
  const told = /** @type {HTMLElement} */ (document.getElementById("replayed"));
  told.textContent = "";
  press(button, async () => {
    const over = waitIn(told, 2);
    try {
      const { replays } = await good(
        v1.assets[":key"].replay.$post({ param: { key: replay }, json: JSON.parse(request) }),
      );
      over();
      told.textContent = replays.map(sentence).join(" ");
    } catch (error) {
      over();
      told.textContent = error instanceof Error ? error.message : String(error);
    }
  });
});

/**
 * Outcome of the replay of one materialization, as a sentence.
 *
 * @param {import("../../engine/mod.ts").Replay} replay
 */
function sentence({ receipt, same, recordedRows, replayedRows, differences, codeVersion, seconds }) {
  const which = `Materialization ${receipt.materialization}, made again in ${seconds.toFixed(1)} s`;
  if (same) {
    return `${which}: ${
      recordedRows === 1 ? "its row is" : `all ${recordedRows.toLocaleString("en")} rows are`
    } the same to the last bit.`;
  }
  const [first] = differences;
  const example = first
    ? ` The first difference: ${first.column ?? "the row"} of ${Object.values(first.key).join(" ")} is ${
      JSON.stringify(first.replayed)
    } and was ${JSON.stringify(first.recorded)}.`
    : "";
  const code = codeVersion === receipt.codeVersion ? "" : " The code has changed since.";
  return `${which}: it differs; ${replayedRows.toLocaleString("en")} rows for ${
    recordedRows.toLocaleString("en")
  }.${code}${example}`;
}

updateTimes();
