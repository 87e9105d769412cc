import { createHash } from "node:crypto";

/** A response body with its headers. */
export interface CachedAnswer {
  body: Uint8Array<ArrayBuffer>;
  headers: Readonly<Record<string, string>>;
}

/**
 * Caches responses computed from versions, which never change, by the name of their content. The least recently used are dropped
 * first to stay within `maxBytes`; a response larger than an eighth of that is not kept.
 */
export class AnswerCache {
  readonly #answers = new Map<string, CachedAnswer>();
  readonly #making = new Map<string, Promise<CachedAnswer>>();
  #bytes = 0;

  constructor(private readonly maxBytes: number) {}

  /** The response with a name, computed if it is not cached. Concurrent requests share the computation. */
  async of(name: string, make: () => Promise<CachedAnswer>): Promise<CachedAnswer> {
    const kept = this.get(name);
    if (kept) return kept;
    let making = this.#making.get(name);
    if (!making) {
      making = make().finally(() => this.#making.delete(name));
      this.#making.set(name, making);
      this.keep(name, await making);
    }
    return await making;
  }

  get(name: string): CachedAnswer | undefined {
    const answer = this.#answers.get(name);
    if (!answer) return undefined;
    // A map keeps the order of insertion: move the used entry to the end.
    this.#answers.delete(name);
    this.#answers.set(name, answer);
    return answer;
  }

  keep(name: string, answer: CachedAnswer): void {
    const size = sizeOf(name, answer);
    if (size > this.maxBytes / 8) return;
    const before = this.#answers.get(name);
    if (before) this.#forget(name, before);
    this.#answers.set(name, answer);
    this.#bytes += size;
    for (const [oldest, forgotten] of this.#answers) {
      if (this.#bytes <= this.maxBytes) return;
      this.#forget(oldest, forgotten);
    }
  }

  #forget(name: string, answer: CachedAnswer): void {
    this.#answers.delete(name);
    this.#bytes -= sizeOf(name, answer);
  }
}

/** Approximate overhead of an entry. */
const overheadBytes = 500;

function sizeOf(name: string, { body }: CachedAnswer): number {
  return body.length + 2 * name.length + overheadBytes;
}

/** An entity tag for the inputs of a response: equal inputs give equal responses. */
export function etagOf(...parts: readonly (string | number)[]): string {
  return `"${createHash("sha256").update(JSON.stringify(parts)).digest("base64url").slice(0, 22)}"`;
}

/** Whether the client has the content of an entity tag. */
export function isKnown(etag: string, ifNoneMatch: string | undefined): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.trim() === "*" ||
    ifNoneMatch.split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag);
}
