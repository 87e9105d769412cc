import assert from "node:assert/strict";
import { silentLogger } from "../../engine/mod.ts";
import { ServiceInstruments } from "../../resources/metrics/mod.ts";
import { openProject } from "../../service/open_project.ts";
import { ConfigurationError, readEnvironment } from "../../settings/environment.ts";
import { withEmbedded } from "../support/database.ts";
import { tinyAssets } from "../support/tiny_engine.ts";

/** The error of opening the tiny assets with a file of settings. */
async function refusedOf(settings: unknown): Promise<string> {
  const path = await Deno.makeTempFile({ suffix: ".json" });
  try {
    await Deno.writeTextFile(path, JSON.stringify(settings));
    const message = await withEmbedded(async (database) => {
      const opening = openProject({ assets: tinyAssets }, {
        environment: readEnvironment({ ASSET_CONFIG: path }),
        database,
        replace: false,
        runsSteps: false,
        logger: silentLogger,
        instruments: new ServiceInstruments(),
        states: () => Promise.resolve([]),
        pendingImport: undefined,
      });
      const { config } = await opening;
      return `taken: ${JSON.stringify(config)}`;
    }).catch((error) => {
      assert.ok(error instanceof ConfigurationError, String(error));
      return error.message;
    });
    return message.replace(path, "FILE");
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("settings of a file that fit no asset are refused with the variable and the file", async () => {
  assert.equal(await refusedOf({ multiples: { factor: 3 } }), 'taken: {"multiples":{"factor":3}}');
  assert.equal(
    await refusedOf({ multiple: {} }),
    'ASSET_CONFIG: FILE: There is no asset "multiple". Did you mean "multiples"?',
  );
  assert.match(
    await refusedOf({ multiples: { factor: "x" } }),
    /^ASSET_CONFIG: FILE: The settings of "multiples" do not fit\. config\.multiples\.factor: It must be a number\.$/,
  );
  assert.match(await refusedOf({ rejects: {} }), /^ASSET_CONFIG: FILE: "rejects" is made by "multiples"/);
  assert.match(await refusedOf([]), /^ASSET_CONFIG: FILE must hold an object/);
});
