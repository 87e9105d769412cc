import * as assets from "../../assets/views.ts";
import { equalTo } from "../../engine/mod.ts";
import { counted } from "../figures.ts";
import { rowsPath } from "../rows_path.ts";
import { newsByDay, newsId } from "../ticker_charts.ts";
import type { TickerRecord } from "../ticker_record.ts";
import { ExternalLink } from "./external_link.tsx";
import { PlainMoment } from "./moment.tsx";
import { tickerChartId } from "./ticker_chart.tsx";

/** News of a ticker by session, newest first; each session links to its place on the chart. */
export function TickerNews({ record: { ticker, news, newsCut, bars, sources } }: { record: TickerRecord }) {
  if (news.length === 0) {
    return (
      <p class="empty">
        {sources.has(assets.news.key)
          ? `No news of ${ticker}. Only a vendor delivers news; it is kept from NEWS_FROM on.`
          : `There is no news yet: it appears once ${assets.news.key} is materialized.`}
      </p>
    );
  }
  const sessions = bars.map(({ session }) => session);
  const last = sessions.at(-1);
  return (
    <>
      <p class="about">
        {newsCut ? `The newest ${counted(news.length, "article")}` : counted(news.length, "article")}, under the session
        on or after their day in New York.{" "}
        <a href={rowsPath(assets.news, equalTo({ ticker }))}>All as CSV</a>. A headline leads to its publisher: away
        from here.
      </p>
      <div class="news bounded" tabindex={0} role="region" aria-label={`News of ${ticker}, may scroll`}>
        {[...newsByDay(news, sessions)].map(([day, articles]) => (
          <section key={day} id={newsId(day)} aria-labelledby={`${newsId(day)}-day`} tabindex={-1}>
            <h3 id={`${newsId(day)}-day`}>
              {last !== undefined && day <= last
                ? <a href={`#${tickerChartId}`} data-session={day} title="Show on the chart">{day}</a>
                : `${day}, after the last bar`}
            </h3>
            <ul class="entries">
              {articles.map(({ id, title, publisher, author, description, published_at, article_url }) => (
                <li key={id}>
                  <p>
                    <ExternalLink href={article_url}>{title}</ExternalLink>
                  </p>
                  <p class="faint">
                    {publisher}
                    {author && `, ${author}`}, <PlainMoment at={published_at} />
                  </p>
                  {description && <p class="summary">{description}</p>}
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </>
  );
}
