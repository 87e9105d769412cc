import type { Context, MiddlewareHandler } from "hono";
import type { Principal } from "../../access/principal.ts";
import { answerDeadline } from "./answer_deadline.ts";
import { clientAddress, type Proxies } from "./client_address.ts";
import { openStreams, type StreamLimits } from "./open_streams.ts";
import { type BodyPace, requestBody } from "./request_body.ts";
import { requestHead } from "./request_head.ts";

export interface GuardOptions extends Proxies, StreamLimits {
  /** Whether the principal would still be authenticated now. */
  holds?(principal: Principal): Promise<boolean>;
  maxBodyBytes: number;
  /** Of `/ml` and `/trading`. */
  maxClosesBytes: number;
  /** Minimum speed of a body. */
  bodyPace: BodyPace;
  /** Time until the response to a read must begin. */
  maxReadMs: number;
}

/** Limits on the resources of one request, in the order in which they apply. */
export interface Guards {
  head: MiddlewareHandler;
  body: MiddlewareHandler;
  deadline: MiddlewareHandler;
  streams: MiddlewareHandler;
}

export function guards(
  { maxBodyBytes, maxClosesBytes, bodyPace, maxReadMs, trustedProxies, holds, ...streams }: GuardOptions,
): Guards {
  const who = (c: Context) => {
    const principal = c.get("principal") as Principal | undefined;
    if (principal === undefined || principal.kind === "anybody") return clientAddress(c, { trustedProxies });
    return `${principal.kind}:${principal.id}`;
  };
  return {
    head: requestHead(),
    body: requestBody({
      maxBytes: (path) => /^\/(?:ml|trading)\//.test(path) ? maxClosesBytes : maxBodyBytes,
      pace: bodyPace,
    }),
    deadline: answerDeadline({ maxReadMs }),
    streams: openStreams(streams, {
      who,
      async holds(c) {
        const principal = c.get("principal") as Principal | undefined;
        return principal === undefined || holds === undefined || await holds(principal);
      },
    }),
  };
}
