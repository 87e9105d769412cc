import { z } from "zod";
import type { VendorHoliday, VendorOptions } from "../market_vendor.ts";
import { isoDate, text, textOrNull } from "./envelope.ts";
import type { Transport } from "./transport.ts";

/** A bare array: this endpoint has no envelope. */
const Holidays = z.array(z.object({
  exchange: text,
  name: text,
  date: isoDate,
  status: z.enum(["closed", "early-close"]),
  open: textOrNull,
  close: textOrNull,
}));

/** See {@link MarketVendor.upcomingHolidays}. */
export async function upcomingHolidays(transport: Transport, options: VendorOptions): Promise<VendorHoliday[]> {
  const rows = await transport.send({ path: "/v1/marketstatus/upcoming", schema: Holidays }, options);
  return (rows ?? []).map((row): VendorHoliday => ({
    exchange: row.exchange,
    name: row.name,
    date: row.date,
    kind: row.status,
    opensAt: row.open,
    closesAt: row.close,
  })).sort((a, b) => a.date === b.date ? (a.exchange < b.exchange ? -1 : 1) : a.date < b.date ? -1 : 1);
}
