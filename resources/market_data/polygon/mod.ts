/** The market-data vendor Polygon, renamed Massive. @module */
export { type PolygonOptions, polygonVendor } from "./client.ts";
