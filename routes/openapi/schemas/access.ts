/** Access and health, as they are answered. */
import { z } from "zod";
import * as access from "../../access/schemas.ts";
import { named } from "../../../engine/mod.ts";

export const Me = named("Me", access.Me.strict());
named("Token", access.TokenView);
export const TokenSchema = access.TokenView;
export const TokenList = named("TokenList", access.TokenList.strict());
export const TokenCreated = named("TokenCreated", access.TokenCreated.strict());
export const SessionList = named("SessionList", access.SessionList.strict());
export const AuditEventList = named("AuditEventList", access.AuditEventList.strict());

export const Alive = named("Alive", z.strictObject({ status: z.literal("alive") }));
export const Ready = named(
  "Ready",
  z.strictObject({
    status: z.enum(["ready", "degraded"]).describe(
      "Degraded: something is wrong that keeps no request from being served",
    ),
    checks: z.array(
      z.strictObject({
        name: z.string(),
        ready: z.boolean(),
        degraded: z.boolean().optional().describe("Whether something is wrong with it all the same"),
        message: z.string(),
      }),
    ),
  }),
);
