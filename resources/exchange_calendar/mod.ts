/** When exchanges trade. @module */
export type { ExchangeCalendar } from "./exchange_calendar.ts";
export { nyse } from "./nyse.ts";
