/** Calendars of exchanges. @module */
export { nyse } from "./nyse.ts";
export { anyDate, calendarFrom, everyDay, type SourceCalendar, weekdays, xnys } from "./source_calendar.ts";
