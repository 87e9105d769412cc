/**
 * The jobs of a researcher and an operator, done in a browser by mouse, by keyboard alone and by touch on a phone:
 * `deno task bench:jobs [TEXT …]`, of those whose name has one of the texts.
 *
 * The service runs on the ETF closes of TANDEM_SHARED or ../shared, with the research's settings. Each job begins on the overview
 * and is done once its goal is visible, in the browser's viewport or on a page of its own. Counted are clicks, taps or keys, letters
 * that are typed, and the seconds from the request of the overview, without the time that a person thinks. A job that cannot reach
 * its goal is a failure.
 */
import { join } from "node:path";
import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { until, withBrowser } from "../tests/support/browser.ts";
import { eventually } from "../tests/support/service_process.ts";
import { withService } from "../tests/support/whole_service.ts";
import { realPrices } from "./places.ts";
import { postJson } from "./load/process.ts";

const realFolder = realPrices();

/** How a person uses the page. Each action is counted. */
abstract class Hand {
  acts = 0;
  letters = 0;
  constructor(readonly page: Page) {}

  /** Goes to a page of the navigation. */
  abstract open(name: string): Promise<void>;
  /** Opens what the palette finds. */
  abstract find(text: string, option: string): Promise<void>;
  /** Activates a link or a control. */
  abstract press(target: Locator): Promise<void>;
  /** Replaces the text of a field. */
  abstract write(field: Locator, text: string): Promise<void>;

  protected async type(text: string): Promise<void> {
    this.letters += text.length;
    await this.page.keyboard.type(text);
  }

  protected async choose(option: string, how: (option: Locator) => Promise<void>): Promise<void> {
    const found = this.page.getByRole("option", { name: option }).first();
    await found.waitFor();
    await how(found);
    this.acts++;
  }
}

class Mouse extends Hand {
  async open(name: string) {
    await this.press(this.page.locator("#sidebar").getByRole("link", { name, exact: true }));
  }
  async find(text: string, option: string) {
    await this.press(this.page.locator(this.palette));
    await this.type(text);
    await this.choose(option, (found) => this.touch(found));
  }
  async press(target: Locator) {
    await this.touch(target);
    this.acts++;
  }
  async write(field: Locator, text: string) {
    await this.press(field);
    await field.fill(text);
    this.letters += text.length;
  }
  protected palette = "#sidebar [data-palette]";
  protected touch(target: Locator): Promise<void> {
    return target.click();
  }
}

class Touch extends Mouse {
  protected override palette = ".topbar [data-palette]";
  override async open(name: string) {
    await this.press(this.page.getByRole("button", { name: "Menu" }));
    await super.open(name);
  }
  protected override touch(target: Locator): Promise<void> {
    return target.tap();
  }
}

class Keyboard extends Hand {
  async open(name: string) {
    await this.find(name, name);
  }

  async find(text: string, option: string) {
    await this.key("Control+k");
    await this.type(text);
    await this.choose(option, async (found) => {
      for (let i = 0; await found.getAttribute("aria-selected") !== "true"; i++) {
        if (i === 20) throw new Error(`“${option}” is more than 20 results away.`);
        await this.key("ArrowDown");
      }
      await this.page.keyboard.press("Enter");
    });
  }

  async press(target: Locator) {
    await this.tabTo(target);
    await this.key(await target.getAttribute("type") === "checkbox" ? "Space" : "Enter");
  }

  async write(field: Locator, text: string) {
    await this.tabTo(field);
    await field.fill(text);
    this.letters += text.length;
  }

  /** Moves the focus by the Tab key, past the navigation by its link. */
  private async tabTo(target: Locator): Promise<void> {
    await target.waitFor();
    const focused = (): Promise<boolean> =>
      target.evaluate((element) => element === element.ownerDocument.activeElement);
    if (await this.page.evaluate("document.activeElement === document.body")) {
      await this.key("Tab");
      if (await focused()) return;
      await this.key("Enter");
    }
    for (let i = 0; !await focused(); i++) {
      if (i === 150) throw new Error(`150 times Tab do not reach ${target}.`);
      await this.key("Tab");
    }
  }

  private async key(key: string): Promise<void> {
    await this.page.keyboard.press(key);
    this.acts++;
  }
}

interface Job {
  name: string;
  /** Does it, from the overview on, until its goal is there. */
  do(hand: Hand, around: Around): Promise<void>;
}

interface Around {
  url: string;
  /** Number of the hand, so that each has a quarter of its own. */
  round: number;
  prices: { break(): Promise<void>; mend(): Promise<void> };
}

/** Pixels of a long text that have to be in view. */
const mostOfText = 60;
const inView = async (target: Locator) => {
  await target.waitFor();
  const box = await target.boundingBox();
  const { height } = target.page().viewportSize()!;
  if (!box) throw new Error(`${target} is not shown.`);
  if (box.y + Math.min(box.height, mostOfText) > height) {
    throw new Error(`${target} ends at ${box.y + box.height} on a screen of ${height}.`);
  }
};

/** The quarters of 2022 that are backfilled, and the numbers of pairs that are tried. */
const quarters = [["2022-10-03", "2022-12-23"], ["2022-07-05", "2022-09-30"], ["2022-04-04", "2022-06-30"]] as const;
const pairNumbers = ["5", "6", "7"];

const jobs: readonly Job[] = [
  {
    name: "Do I trade today? The orders of all pairs",
    do: async ({ page }) => await inView(page.locator("#orders tbody th a").first()),
  },
  {
    name: "Do I trade this pair today? Signal, position, shares of the best pair",
    async do(hand) {
      const pair = hand.page.locator("#orders tbody th a").first();
      const name = (await pair.textContent())!;
      if (hand instanceof Keyboard) await hand.find(name.replace(" / ", " "), name);
      else await hand.press(pair);
      await inView(hand.page.locator(".decision-signal .signal"));
    },
  },
  {
    name: "Which strategy is best?",
    async do(hand) {
      await hand.open("Strategies");
      await inView(hand.page.getByText("Best out-of-sample record:"));
      await hand.page.getByRole("row", { name: /Rolling trend/ }).first().waitFor();
    },
  },
  {
    name: "Why are yesterday's signals missing? What is late, since when",
    async do(hand) {
      const { page } = hand;
      if (hand instanceof Touch) await hand.press(page.locator(".topbar").getByRole("link", { name: /is late$/ }));
      await inView(page.locator("#attention").getByText(/is late: .* the newest is/).first());
    },
  },
  {
    name: "Find a ticker",
    async do(hand) {
      await hand.find("qqq", "QQQ");
      await hand.page.getByRole("heading", { name: "QQQ", level: 1 }).waitFor();
    },
  },
  {
    name: "This week's pairs against last month's",
    async do(hand) {
      await hand.open("Pairs");
      await hand.press(hand.page.getByRole("link", { name: "Selections over time" }));
      await hand.page.locator("#selections-about").waitFor();
    },
  },
  {
    name: "Export the tested pairs",
    async do(hand) {
      await hand.open("Pairs");
      const download = hand.page.waitForEvent("download");
      await hand.press(hand.page.getByRole("link", { name: "Download these pairs as CSV" }));
      const failure = await (await download).failure();
      if (failure !== null) throw new Error(failure);
    },
  },
  {
    name: "Share a filtered list",
    async do(hand) {
      await hand.open("Pairs");
      await hand.write(hand.page.getByLabel("Half-life up to (sessions)"), "5");
      await hand.press(hand.page.getByRole("button", { name: "Filter" }));
      await hand.page.waitForURL(/\/pairs\?max_half_life=5$/);
    },
  },
  {
    name: "One asset with another setting, kept from automation",
    async do(hand, { round }) {
      const { page } = hand;
      await hand.find("chosen_pairs", "chosen_pairs");
      await hand.press(page.getByText("Settings for this run only"));
      await hand.write(page.getByLabel("maxPairs", { exact: true }), pairNumbers[round]!);
      await hand.press(page.getByRole("button", { name: "Show the plan" }));
      await hand.press(page.locator("#hold-automation"));
      await hand.press(page.locator("#begin-run"));
      await page.locator('#run-place [data-step="chosen_pairs"][data-status="succeeded"]').waitFor();
    },
  },
  {
    name: "What changed in its result",
    async do(hand) {
      const { page } = hand;
      await hand.find("chosen_pairs", "chosen_pairs");
      await hand.press(
        page.getByRole("navigation", { name: "Views of the asset" }).getByRole("link", { name: "Runs" }),
      );
      await hand.press(page.getByRole("link", { name: "Compare" }).first());
      await page.getByRole("heading", { name: "Compare versions" }).waitFor();
      await page.getByText("maxPairs").first().waitFor();
    },
  },
  {
    name: "The cause of a broken file",
    async do({ page }) {
      await page.locator("#attention .error", { hasText: "prices.csv" }).waitFor();
      await inView(page.locator("#attention .error").first());
    },
  },
  {
    name: "Recover from it",
    async do(hand, { prices }) {
      const { page } = hand;
      await prices.mend();
      await hand.press(page.locator("#attention").getByRole("link", { name: /^run \d+$/ }).first());
      page.once("dialog", (dialog) => dialog.accept());
      await hand.press(page.getByRole("button", { name: "Retry failed steps" }));
      await page.locator("#headline", { hasText: "a retry of" }).waitFor();
      await page.locator('#step-raw_daily_bars[data-status="succeeded"]').waitFor();
    },
  },
  {
    name: "Backfill a quarter of selections",
    async do(hand, { round }) {
      const { page } = hand;
      await hand.open("Backfills");
      await hand.write(page.getByLabel("From", { exact: true }), quarters[round]![0]);
      await hand.write(page.getByLabel("To", { exact: true }), quarters[round]![1]);
      await hand.press(page.getByRole("button", { name: "Show the plan" }));
      await hand.press(page.locator("#begin"));
      await page.waitForURL(/\/backfills\/\d+$/);
      await page.getByText(/\d+ of \d+ partitions done/).waitFor();
    },
  },
];

const hands = [
  { name: "mouse", Kind: Mouse, context: { viewport: { width: 1440, height: 900 } } },
  { name: "keyboard", Kind: Keyboard, context: { viewport: { width: 1440, height: 900 } } },
  {
    name: "phone",
    Kind: Touch,
    context: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 },
  },
] as const;

const folder = await Deno.makeTempDir({ prefix: "tandem-jobs-" });
const path = join(folder, "prices.csv");
const whole = await Deno.readFile(`${realFolder}/nasdaq_etf_closes_2019_2022.csv`);
await Deno.writeFile(path, whole);
let failures = 0;
try {
  await withService(
    { MARKET_DATA: `csv:${path}`, PRESET: "research", RATE_LIMIT_PER_MINUTE: "off" },
    async ({ url, fresh }) => {
      await fresh();
      const post = (path: string, body: unknown) => postJson(url + path, body);
      /** Waits until nothing runs, so that one job does not slow down the next. */
      const idle = () =>
        eventually(
          async (): Promise<{ status: string }[]> => {
            const read = async (path: string) => await (await fetch(url + path)).json();
            return [...(await read("/v1/runs?limit=20")).runs, ...(await read("/v1/backfills")).backfills];
          },
          (all) => all.every(({ status }) => status !== "running" && status !== "queued"),
          600_000,
        );
      const prices = {
        async break() {
          await Deno.writeTextFile(path, "no prices at all\n");
          await post("/v1/assets/raw_daily_bars/materialize", { force: true, wait: true });
        },
        mend: () => Deno.writeFile(path, whole),
      };
      await withBrowser(async (browser) => {
        console.log("| job | mouse | keyboard | phone |");
        console.log("| --- | --- | --- | --- |");
        for (
          const job of jobs.filter(({ name }) =>
            Deno.args.length === 0 || Deno.args.some((text) => name.includes(text))
          )
        ) {
          const cells: string[] = [];
          for (const [round, { Kind, context: options }] of hands.entries()) {
            await idle();
            await post("/v1/assets/chosen_pairs/automation/resume", {});
            if (job.name.startsWith("The cause") || job.name.startsWith("Recover")) await prices.break();
            cells.push(await done(browser, job, { Kind, options, around: { url, round, prices } }));
            await prices.mend();
          }
          console.log(`| ${job.name} | ${cells.join(" | ")} |`);
        }
      });
    },
  );
} finally {
  await Deno.remove(folder, { recursive: true });
}
if (failures > 0) Deno.exit(1);

/** Does a job, and says what it took: `3 + 12 letters, 0.8 s`. */
async function done(
  browser: Browser,
  job: Job,
  { Kind, options, around }: {
    Kind: new (page: Page) => Hand;
    options: Parameters<Browser["newContext"]>[0];
    around: Around;
  },
): Promise<string> {
  const context: BrowserContext = await browser.newContext({ ...options, acceptDownloads: true });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    const hand = new Kind(page);
    const begun = performance.now();
    await page.goto(around.url, { waitUntil: "load" });
    // The scripts have run.
    await until(page, "document.readyState === 'complete'");
    await job.do(hand, around);
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    return `${hand.acts}${hand.letters > 0 ? ` + ${hand.letters} letters` : ""}, ${seconds} s`;
  } catch (error) {
    failures++;
    console.error(`${job.name}, ${Kind.name}: ${error instanceof Error ? error.message : error}`);
    return "**failed**";
  } finally {
    await context.close();
  }
}
