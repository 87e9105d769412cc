import { createContext } from "hono/jsx";
import type { Principal } from "../access/mod.ts";

/** The principal of the request; `null` without one, as on the sign-in page. */
export const PrincipalContext = createContext<Principal | null>(null);
