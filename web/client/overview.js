import "./table_csv.js";
import { onButton, press, say, toRun } from "./actions.js";
import { followChanges, showProgress } from "./changes.js";
import { drawCharts } from "./charts.js";
import { keepTimes, LiveParts, updateTimes } from "./live_parts.js";
import { begun, good, v1 } from "./service.js";

const parts = new LiveParts(() => {
  for (const [key, progress] of changes.progress) showProgress(key, progress);
  updateTimes();
  drawCharts();
});
const changes = followChanges({ changed: () => parts.refresh(), progressed: showProgress });

onButton((button, { selection, cancel }) => {
  if (selection) {
    press(button, async () => {
      const run = await begun(v1.materialize.$post({ json: { selection } }));
      if (run.steps.length === 0) say("Nothing to do: everything is fresh.");
      // The end of a short run may have been reported before this response arrived.
      else if (!changes.ended.has(run.id)) say(`Run ${run.id} started.`, { link: toRun(run.id) });
      await changes.refresh();
    });
  } else if (cancel) {
    press(button, async () => {
      await good(v1.runs[":id"].cancel.$post({ param: { id: cancel } }));
      await changes.refresh();
    });
  }
});

keepTimes();
