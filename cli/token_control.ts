import { type Actor, type NewToken, type Token, type Tokens, UnknownTokenError } from "../access/mod.ts";
import { httpAsk, type HttpAskOptions } from "./http_ask.ts";
import { RefusedError } from "./control.ts";

/** Interface of the command line to access tokens, local or remote. */
export interface TokenControl {
  create(token: NewToken): Promise<{ token: Token; secret: string }>;
  list(): Promise<Token[]>;
  /** @throws {RefusedError} */
  revoke(id: number): Promise<Token>;
}

/** Control over the tokens of a database opened by this process. */
export function storedTokens(tokens: Tokens, by: Actor): TokenControl {
  return {
    create: (token) => tokens.create(token, by),
    list: () => tokens.list(),
    async revoke(id) {
      try {
        return await tokens.revoke(id, by);
      } catch (error) {
        if (error instanceof UnknownTokenError) throw new RefusedError(error.message, { cause: error });
        throw error;
      }
    },
  };
}

/** Control over the tokens of a running server. */
export function httpTokens(url: string, options: HttpAskOptions = {}): TokenControl {
  const ask = httpAsk(url, options);
  return {
    async create(token) {
      const headers = { "content-type": "application/json" };
      return await (await ask("/v1/tokens", { method: "POST", headers, body: JSON.stringify(token) })).json();
    },
    list: async () => (await (await ask("/v1/tokens")).json()).tokens,
    revoke: async (id) => await (await ask(`/v1/tokens/${id}`, { method: "DELETE" })).json(),
  };
}
