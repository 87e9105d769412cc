import { AwsV4Signer } from "aws4fetch";
import { createHash } from "node:crypto";

/** What a fault does to a request: an answer instead of the right one, or a connection that is cut in the middle of it. */
export type S3Fault = Response | "cut" | undefined;

/** An object store in memory that verifies signatures, with the operations that Tandem uses and faults on demand. */
export interface S3Server extends AsyncDisposable {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly objects: Map<string, { bytes: Uint8Array<ArrayBuffer>; at: Date }>;
  /** Method and path of each request, in order. */
  readonly requests: string[];
  /** Called with each request before it is handled. */
  fault(request: Request): S3Fault | Promise<S3Fault>;
  /** Keys of a page of a list. */
  pageKeys: number;
  /** Whether it states keys of a list URL-encoded when asked to. */
  encodes: boolean;
}

/** An error as S3 answers it; its message names the key, which must not reach a log. */
export function s3Error(status: number, code: string): Response {
  return new Response(
    `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message><AWSAccessKeyId>key-id</AWSAccessKeyId></Error>`,
    { status, headers: { "Content-Type": "application/xml" } },
  );
}

/** Starts a server with one bucket. */
export function startS3(bucket = "bucket"): S3Server {
  const objects: S3Server["objects"] = new Map();
  const requests: string[] = [];
  const [accessKeyId, secretAccessKey] = ["key-id", "very-secret-key"];

  async function isSigned(request: Request, body: Uint8Array<ArrayBuffer>): Promise<boolean> {
    const given = request.headers.get("Authorization") ?? "";
    const [, region, signed] =
      /^AWS4-HMAC-SHA256 Credential=key-id\/\d{8}\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+)/
        .exec(given) ?? [];
    if (!signed || request.headers.get("X-Amz-Content-Sha256") !== createHash("sha256").update(body).digest("hex")) {
      return false;
    }
    const names = signed.split(";").filter((name) => name !== "host");
    const signer = new AwsV4Signer({
      method: request.method,
      url: request.url,
      headers: names.map((name): [string, string] => [name, request.headers.get(name)!]),
      accessKeyId,
      secretAccessKey,
      service: "s3",
      region,
      datetime: request.headers.get("X-Amz-Date")!,
      allHeaders: true,
    });
    return (await signer.sign()).headers.get("Authorization") === given;
  }

  function list(search: URLSearchParams): Response {
    const keys = [...objects.keys()].filter((key) => key.startsWith(search.get("prefix") ?? "")).sort();
    const stated = (key: string) =>
      server.encodes
        ? encodeURIComponent(key).replaceAll("%20", "+")
        : key.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
    const start = Number(search.get("continuation-token") ?? 0);
    const page = keys.slice(start, start + server.pageKeys);
    const isTruncated = start + page.length < keys.length;
    return new Response(
      `<?xml version="1.0"?><ListBucketResult>${
        server.encodes ? "<EncodingType>url</EncodingType>" : ""
      }<IsTruncated>${isTruncated}</IsTruncated>${
        isTruncated ? `<NextContinuationToken>${start + page.length}</NextContinuationToken>` : ""
      }${
        page.map((key) =>
          `<Contents><Key>${stated(key)}</Key><LastModified>${objects.get(key)!.at.toISOString()}` +
          `</LastModified><Size>${objects.get(key)!.bytes.length}</Size></Contents>`
        ).join("")
      }</ListBucketResult>`,
    );
  }

  async function handle(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    requests.push(`${request.method} ${decodeURIComponent(pathname)}`);
    const body = new Uint8Array(await request.arrayBuffer());
    const fault = await server.fault(request);
    if (fault instanceof Response) return fault;
    if (!await isSigned(request, body)) return s3Error(403, "SignatureDoesNotMatch");
    const [, inBucket, ...rest] = pathname.split("/").map(decodeURIComponent);
    if (inBucket !== bucket) return s3Error(404, "NoSuchBucket");
    const key = rest.join("/");
    if (request.method === "PUT") {
      objects.set(key, { bytes: body, at: new Date() });
      return new Response();
    }
    if (request.method === "DELETE") {
      objects.delete(key);
      return new Response(null, { status: 204 });
    }
    if (key === "") return list(searchParams);
    const found = objects.get(key);
    if (!found) return s3Error(404, "NoSuchKey");
    if (fault !== "cut") return new Response(found.bytes);
    const half = found.bytes.subarray(0, found.bytes.length >> 1);
    return new Response(
      new ReadableStream({
        start(controller) {
          controller.enqueue(half);
        },
        pull(controller) {
          controller.error(new Error("cut"));
        },
      }),
      { headers: { "Content-Length": String(found.bytes.length) } },
    );
  }

  const listening = Deno.serve({
    port: 0,
    hostname: "127.0.0.1",
    onListen() {},
    onError: () => new Response(null, { status: 500 }),
  }, handle);
  const server: S3Server = {
    endpoint: `http://127.0.0.1:${listening.addr.port}`,
    accessKeyId,
    secretAccessKey,
    objects,
    requests,
    fault: () => undefined,
    pageKeys: 1_000,
    encodes: true,
    [Symbol.asyncDispose]: () => listening.shutdown(),
  };
  return server;
}
