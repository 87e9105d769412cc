import type { AlertMessage } from "../../engine/mod.ts";

/** Behaviour of a receiver: respond with a status, never respond, or reset the connection. */
export type Behaviour = number | "hang" | "reset";

/** One received request. */
export interface Received {
  headers: Headers;
  body: string;
  message: AlertMessage;
}

/** A receiver of webhooks, over real connections. */
export interface WebhookReceiver {
  /** Its path represents the token that an address may contain. */
  url: string;
  /** Accepted messages, in order. */
  taken: Received[];
  /** Number of all requests, rejected ones included. */
  requests: number;
  behaviour: Behaviour;
  /** Headers of every response. */
  answerHeaders: Record<string, string>;
  /** Resolves when this many requests have arrived. */
  requested(count: number): Promise<void>;
}

/** Runs `test` with a receiver that responds with 200 by default. */
export async function withWebhookReceiver(test: (receiver: WebhookReceiver) => Promise<void>): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connections = new Set<Deno.Conn>();
  let arrived: (() => void)[] = [];
  const receiver: WebhookReceiver = {
    url: `http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}/services/t0psecret`,
    taken: [],
    requests: 0,
    behaviour: 200,
    answerHeaders: {},
    async requested(count) {
      while (receiver.requests < count) await new Promise<void>((resolve) => arrived.push(resolve));
    },
  };

  async function serve(connection: Deno.Conn): Promise<void> {
    const request = await readRequest(connection);
    if (!request) return connection.close();
    receiver.requests++;
    const waiting = arrived;
    arrived = [];
    for (const resolve of waiting) resolve();
    const { behaviour } = receiver;
    if (behaviour === "hang") return;
    if (behaviour !== "reset") {
      if (behaviour < 300) receiver.taken.push(request);
      const headers = Object.entries({ ...receiver.answerHeaders, "Content-Length": "0", Connection: "close" });
      const head = [`HTTP/1.1 ${behaviour} said`, ...headers.map(([name, value]) => `${name}: ${value}`), "", ""];
      await connection.write(new TextEncoder().encode(head.join("\r\n")));
    }
    connections.delete(connection);
    connection.close();
  }

  const accepting = (async () => {
    for await (const connection of listener) {
      connections.add(connection);
      serve(connection).catch(() => {});
    }
  })();
  try {
    await test(receiver);
  } finally {
    listener.close();
    await accepting;
    for (const connection of connections) {
      try {
        connection.close();
      } catch {
        // The other side closed first.
      }
    }
  }
}

/** Reads a request with a body of known length. `undefined` if the connection ends before. */
async function readRequest(connection: Deno.Conn): Promise<Received | undefined> {
  const decoder = new TextDecoder();
  const chunk = new Uint8Array(64 * 1024);
  let text = "";
  for (;;) {
    const end = text.indexOf("\r\n\r\n");
    if (end >= 0) {
      const headers = new Headers(
        text.slice(0, end).split("\r\n").slice(1).map((line): [string, string] => {
          const colon = line.indexOf(":");
          return [line.slice(0, colon), line.slice(colon + 1).trim()];
        }),
      );
      const body = text.slice(end + 4);
      if (new TextEncoder().encode(body).length >= Number(headers.get("Content-Length"))) {
        return { headers, body, message: JSON.parse(body) };
      }
    }
    const read = await connection.read(chunk);
    if (read === null) return undefined;
    text += decoder.decode(chunk.subarray(0, read), { stream: true });
  }
}
