/** A page of another origin with the requests of the original services' page, and the same use of the responses. */
export interface OldPage {
  /** Its origin. */
  origin: string;
  /** The address of one of its views, using `backend`. */
  address(view: string, backend: string): string;
}

/* Requests, headers and methods called on fields are those of the original's components; a number that is null, or an object,
   breaks a view with the error that blanked the original's page. */
const script = `
const query = new URLSearchParams(location.search);
const backend = query.get("backend");
const bearer = () => ({ Authorization: "Bearer " + localStorage.getItem("token") });
async function ask(path, init = {}) {
  const answer = await fetch(backend + path, { ...init, headers: { ...bearer(), ...init.headers } });
  if (!answer.ok) throw new Error(path + " is answered " + answer.status + ": " + (await answer.json()).error);
  return await answer.json();
}
const pairOf = () => "ticker_1=" + query.get("ticker_1") + "&ticker_2=" + query.get("ticker_2");
const day = (date) => new Date(date).toLocaleDateString();
const byDate = (a, b) => new Date(a.date) - new Date(b.date);
const views = {
  async home() {
    return (await ask("/api/model-chosen-pairs")).map((pair) => pair.id + " " + pair.ticker_1 + " / " + pair.ticker_2);
  },
  async pair() {
    const [trades, metrics] = await Promise.all([
      ask("/api/model-chosen-pairs/trades?" + pairOf()),
      ask("/api/model-chosen-pairs/metrics?" + pairOf()),
    ]);
    const figures = [metrics.total_return, metrics.annualized_return, metrics.max_drawdown];
    return [
      metrics.ticker_1 + " / " + metrics.ticker_2 + ": " + figures.map((value) => (value * 100).toFixed(2) + "%").join(", "),
      ...trades.sort(byDate).map((row) => day(row.date) + " $" + row.budget.toFixed(2) + " " + row.signal + " " +
        row.spread.toFixed(4) + " " + row.predicted_trend.toFixed(0) + " " + row.position.toFixed(0)),
    ];
  },
  async tickers() {
    return (await ask("/api/ticker/all")).map((row) =>
      row.ticker.toLowerCase() + " - " + row.name.trim() + " " + (row.active ? "Active" : "Inactive") + " " + row.type.trim());
  },
  async ticker() {
    const path = "/api/ticker/" + query.get("ticker_1");
    const [details, bars, news] = await Promise.all([
      ask(path + "/details"),
      ask(path + "/daily-ohlc"),
      ask(path + "/news-mentions").catch(() => []),
    ]);
    return [
      details.ticker + " - " + details.name,
      ...["sma", "ema", "rsi", "macd"].map((name) => name + " " + details[name].toFixed(2)),
      ...bars.sort(byDate).map((bar) => day(bar.date) + " $" + bar.close.toFixed(2) + " " + bar.volume_weighted_price.toFixed(2)),
      ...news.map((one) => one.publisher + " by " + one.author + " " + new Date(one.publish_time).toLocaleString()),
    ];
  },
  async suggested() {
    return (await ask("/api/pairs")).map((pair) =>
      pair.ticker_1 + " / " + pair.ticker_2 + " " + pair.spread_intercept.toFixed(4) + " " + pair.spread_slope.toFixed(4) + " " +
      (pair.cointegration_p_value * 100).toFixed(2) + "% " + pair.half_life.toFixed(2) + " " + pair.mean_crossings + " " +
      day(pair.created_at));
  },
  async trend() {
    const body = JSON.stringify({ ticker_1: query.get("ticker_1"), ticker_2: query.get("ticker_2") });
    const rows = await ask("/api/ml/fit-rlrt", { method: "POST", headers: { "Content-Type": "application/json" }, body });
    return rows.map((row) => day(row.date) + " " + row.trend + " " + row.confidence.toFixed(2));
  },
  // The button of the original's page, and what the page does where it comes back to.
  async login() {
    const back = location.origin + "/login?" + new URLSearchParams({ view: "login", backend });
    if (query.has("token")) localStorage.setItem("token", query.get("token"));
    else if (query.has("code")) {
      const body = JSON.stringify({ code: query.get("code") });
      const { token } = await ask("/auth/exchange", { method: "POST", headers: { "Content-Type": "application/json" }, body });
      localStorage.setItem("token", token);
    } else {
      location.href = backend + "/auth/google/login?redirect_url=" + encodeURIComponent(back);
      return await new Promise(() => {});
    }
    return ["signed in"];
  },
};
views[query.get("view")]().then(
  (lines) => show("done", lines),
  (error) => show("failed", [String(error)]),
);
function show(title, lines) {
  document.querySelector("ol").replaceChildren(...lines.map((line) => {
    const item = document.createElement("li");
    item.textContent = line;
    return item;
  }));
  document.title = title;
}
`;

const page =
  `<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>loading</title><ol></ol><script>${script}</script></html>`;

/** Serves the page on a free port of localhost while `use` runs. */
export async function withOldPage<T>(use: (page: OldPage) => Promise<T>): Promise<T> {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response(page, { headers: { "Content-Type": "text/html" } }),
  );
  const origin = `http://localhost:${server.addr.port}`;
  try {
    return await use({
      origin,
      address: (view, backend) => {
        const [name = "", more = ""] = view.split("?");
        return `${origin}/${name}?${new URLSearchParams({ view: name, backend })}&${more}`;
      },
    });
  } finally {
    await server.shutdown();
  }
}
