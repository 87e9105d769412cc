import { AwsV4Signer } from "aws4fetch";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { pause, retryDelayMs } from "../backoff.ts";
import { baseUrlOf } from "../base_url.ts";
import { type FileStore, FileStoreError, type StoredFile } from "./file_store.ts";
import { altered, missing } from "./folder_store.ts";
import { LocalCopies } from "./local_copies.ts";

/** Place of files in an object store, and how to reach it. */
export interface S3Options {
  bucket: string;
  /** In front of the path of each file, without `/` at its ends; may be empty. */
  prefix: string;
  region: string;
  /** Of a store other than Amazon's, such as https://minio.example.com. */
  endpoint?: string;
  accessKeyId: string;
  /** Never log it. */
  secretAccessKey: string;
  /** Never log it. */
  sessionToken?: string;
  /** Folder for copies of files that have been read. */
  copies: string;
  /** Size to which copies are kept; 2 GB by default. */
  maxCopiesBytes?: number;
  /** Milliseconds until a request without a body counts as failed; 30 s by default. */
  timeoutMs?: number;
}

const retry = { maxAttempts: 4, initialDelayMs: 200, maxDelayMs: 3_000 };
/** Concurrent requests for files. */
const requestsAtOnce = 8;
/** A transfer slower than this is cut, in bytes per millisecond: 100 kB/s. */
const slowestPace = 100;

/** What a request is for, in its error: `s3://bucket/path cannot be read`. */
interface Purpose {
  method: "GET" | "PUT" | "DELETE";
  url: string;
  what: string;
  body?: Uint8Array<ArrayBuffer>;
  /** Of the expected body. */
  bytes?: number;
  signal?: AbortSignal;
}

/** A refusal by the store: its status and the code in its body. */
class Refusal extends Error {
  constructor(readonly status: number, readonly code: string) {
    super(code === "" ? `status ${status}` : `${code} (status ${status})`);
  }
}

/**
 * Files in an object store that speaks Amazon's S3 protocol, under one prefix of a bucket.
 *
 * Requests are signed (Signature Version 4) with a digest of their body; the store itself keeps an object only as a whole. What it
 * answers with 5xx or 429, and what is cut, is repeated a few times. Read files are copied to a folder of this machine, because
 * they are read more often than written.
 *
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API. Verified: tests/resources/row_files/s3_store_test.ts.
 */
export function s3Store(options: S3Options): FileStore {
  const { bucket, prefix, region, endpoint, accessKeyId, secretAccessKey, sessionToken } = options;
  const { timeoutMs = 30_000, maxCopiesBytes = 2 * 2 ** 30 } = options;
  const base = `${baseUrlOf(endpoint ?? `https://s3.${region}.amazonaws.com`)}/${bucket}`;
  const keyOf = (path: string) => prefix === "" ? path : `${prefix}/${path}`;
  const addressOf = (path: string) => `s3://${bucket}/${keyOf(path)}`;
  const urlOf = (path: string) => `${base}/${keyOf(path).split("/").map(encodeURIComponent).join("/")}`;
  const copies = new LocalCopies(join(options.copies, digestOf(new TextEncoder().encode(base + prefix)).slice(0, 16)), {
    maxBytes: maxCopiesBytes,
  });
  const inTurn = turns(requestsAtOnce);
  const keys = new Map<string, ArrayBuffer>();

  /** One attempt. The body is read within the time limit. */
  async function ask({ method, url, body, bytes = 0, signal }: Purpose): Promise<Uint8Array<ArrayBuffer>> {
    const signer = new AwsV4Signer({
      method,
      url,
      headers: { "X-Amz-Content-Sha256": digestOf(body ?? new Uint8Array()) },
      body,
      accessKeyId,
      secretAccessKey,
      sessionToken,
      service: "s3",
      region,
      cache: keys,
    });
    const { url: to, headers } = await signer.sign();
    const late = AbortSignal.timeout(timeoutMs + ((body?.length ?? 0) + bytes) / slowestPace);
    const response = await fetch(to, {
      method,
      headers,
      body,
      redirect: "manual",
      signal: signal ? AbortSignal.any([signal, late]) : late,
    });
    const read = new Uint8Array(await response.arrayBuffer());
    if (response.ok) return read;
    // The message beside the code may name the key.
    const [, code = ""] = /<Code>([A-Za-z0-9.]{1,80})<\/Code>/.exec(new TextDecoder().decode(read)) ?? [];
    throw new Refusal(response.status, code);
  }

  /** @throws {Refusal} With 404. @throws {FileStoreError} With any other answer, or without one. */
  async function request(purpose: Purpose): Promise<Uint8Array<ArrayBuffer>> {
    for (let tries = 1;; tries++) {
      try {
        return await ask(purpose);
      } catch (error) {
        purpose.signal?.throwIfAborted();
        const refused = error instanceof Refusal ? error : undefined;
        if (refused?.status === 404 && refused.code !== "NoSuchBucket") throw refused;
        const isFinal = refused !== undefined && refused.status < 500 && refused.status !== 429;
        if (isFinal || tries >= retry.maxAttempts) throw failure(purpose.what, refused);
        await pause(retryDelayMs(retry, tries), purpose.signal);
      }
    }
  }

  function failure(what: string, refused: Refusal | undefined): FileStoreError {
    const remedy = refused === undefined
      ? `no complete answer came. Check the network${endpoint === undefined ? "" : " and AWS_ENDPOINT_URL"}.`
      : refused.status === 401 || refused.status === 403
      ? `the store refused it with ${refused.message}. Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION and ` +
        "the rights of the key: it lists, reads, writes and deletes."
      : refused.status < 500
      ? `the store refused it with ${refused.message}. Check the bucket and AWS_REGION.`
      : `the store answered with ${refused.message}. Try again later.`;
    // Without the cause: its message may have the address with which a proxy was asked.
    return new FileStoreError(`${what}: ${remedy}`);
  }

  async function get(path: string, bytes: number, signal: AbortSignal | undefined): Promise<Uint8Array<ArrayBuffer>> {
    try {
      const what = `${addressOf(path)} cannot be read`;
      return await request({ method: "GET", url: urlOf(path), what, bytes, signal });
    } catch (error) {
      throw error instanceof Refusal ? missing(addressOf(path)) : error;
    }
  }

  return {
    location: prefix === "" ? `s3://${bucket}` : `s3://${bucket}/${prefix}`,
    addressOf,
    async write(path, bytes, { signal } = {}) {
      const what = `${addressOf(path)} cannot be written`;
      await inTurn(async () => {
        try {
          await request({ method: "PUT", url: urlOf(path), what, body: bytes, signal });
        } catch (error) {
          throw error instanceof Refusal ? failure(what, error) : error;
        }
      });
      await copies.keep(path, bytes);
    },
    async localPath({ path, bytes }, { signal } = {}) {
      return await copies.of(path, bytes, () =>
        inTurn(async () => {
          const read = await get(path, bytes, signal);
          if (read.length !== bytes) throw altered(addressOf(path), read.length, bytes);
          return read;
        }));
    },
    async list({ signal } = {}) {
      const found: StoredFile[] = [];
      const start = prefix === "" ? "" : `${prefix}/`;
      for (let more: string | undefined = "";;) {
        const search = new URLSearchParams({ "list-type": "2", "encoding-type": "url", prefix: start });
        if (more !== "") search.set("continuation-token", more!);
        const what = `s3://${bucket}/${start} cannot be listed`;
        const page = await request({ method: "GET", url: `${base}?${search}`, what, signal }).catch((error) => {
          throw error instanceof Refusal ? failure(what, error) : error;
        });
        const text = new TextDecoder().decode(page);
        // Not every store knows the encoding.
        const isEncoded = valueOf(text, "EncodingType") === "url";
        for (const [, entry] of text.matchAll(/<Contents>(.*?)<\/Contents>/gs)) {
          const stated = valueOf(entry!, "Key");
          const key = isEncoded ? decodeURIComponent(stated.replaceAll("+", " ")) : stated;
          found.push({
            path: key.slice(start.length),
            bytes: Number(valueOf(entry!, "Size")),
            modifiedAt: Date.parse(valueOf(entry!, "LastModified")),
          });
        }
        if (valueOf(text, "IsTruncated") !== "true") return found;
        more = valueOf(text, "NextContinuationToken");
        if (more === "") throw new FileStoreError(`${what}: the store promised more and did not say where it begins.`);
      }
    },
    async remove(paths, { signal } = {}) {
      await Promise.all(paths.map((path) =>
        inTurn(async () => {
          const what = `${addressOf(path)} cannot be deleted`;
          await request({ method: "DELETE", url: urlOf(path), what, signal }).catch((error) => {
            if (!(error instanceof Refusal)) throw error;
          });
          await copies.drop(path);
        })
      ));
    },
  };
}

function digestOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** The text of the first element of a name; empty without one. */
function valueOf(
  xml: string,
  element: "EncodingType" | "Key" | "Size" | "LastModified" | "IsTruncated" | "NextContinuationToken",
): string {
  const start = xml.indexOf(`<${element}>`);
  const end = xml.indexOf(`</${element}>`, start);
  if (start < 0 || end < 0) return "";
  return xml.slice(start + element.length + 2, end)
    .replace(
      /&(?:#(\d+)|(amp|lt|gt|quot|apos));/g,
      (_, code, name) => code === undefined ? entities[name]! : String.fromCodePoint(Number(code)),
    );
}

/** Runs work with at most `most` at once; the rest waits in order. */
function turns(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
