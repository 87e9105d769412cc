import { createContext } from "hono/jsx";
import type { Principal } from "../access/mod.ts";

/** Who looks at the page; `null` where nobody is known, as on the way to sign in. */
export const PrincipalContext = createContext<Principal | null>(null);
