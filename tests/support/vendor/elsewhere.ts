/** A host that is not the vendor. */
export interface Elsewhere {
  readonly url: string;
  /** What reached it: nothing should, and a key least of all. */
  readonly requests: { url: string; authorization: string | null }[];
  close(): Promise<void>;
}

export function startElsewhere(): Elsewhere {
  const requests: Elsewhere["requests"] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    requests.push({ url: request.url, authorization: request.headers.get("Authorization") });
    return Response.json({ status: "OK", results: [] });
  });
  // Under another name, which is another host to a comparison.
  return { url: `http://localhost:${server.addr.port}`, requests, close: () => server.shutdown() };
}
