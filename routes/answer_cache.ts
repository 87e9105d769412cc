import { createHash } from "node:crypto";

/** A body as it was answered, with the headers that go with it. */
export interface CachedAnswer {
  body: Uint8Array<ArrayBuffer>;
  headers: Readonly<Record<string, string>>;
}

/**
 * Answers made of versions, which never change, by what they were made of. Those that were used least lately go first, so that
 * all together take no more than `maxBytes`; one that takes more than an eighth of that is not kept.
 */
export class AnswerCache {
  readonly #answers = new Map<string, CachedAnswer>();
  readonly #making = new Map<string, Promise<CachedAnswer>>();
  #bytes = 0;

  constructor(private readonly maxBytes: number) {}

  /** The answer of a name, made if it has to be: once for all who ask meanwhile. */
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
    // A map keeps the order of insertion: the one that was used lately is the last.
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

/** An entity tag of what an answer is made of: the same parts, the same answer. */
export function etagOf(...parts: readonly (string | number)[]): string {
  return `"${createHash("sha256").update(JSON.stringify(parts)).digest("base64url").slice(0, 22)}"`;
}

/** Whether the client has what an entity tag names. */
export function isKnown(etag: string, ifNoneMatch: string | undefined): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.trim() === "*" ||
    ifNoneMatch.split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag);
}
