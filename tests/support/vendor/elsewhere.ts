/** A host that is not the vendor. */
export interface Elsewhere {
  readonly url: string;
  /** Requests that reached it: there should be none, least of all with a key. */
  readonly requests: { url: string; authorization: string | null }[];
  close(): Promise<void>;
}

export function startElsewhere(): Elsewhere {
  const requests: Elsewhere["requests"] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    requests.push({ url: request.url, authorization: request.headers.get("Authorization") });
    return Response.json({ status: "OK", results: [] });
  });
  // Under another name, which counts as another host.
  return { url: `http://localhost:${server.addr.port}`, requests, close: () => server.shutdown() };
}
