import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** 32 random bytes as 43 characters of base64url. */
export function randomSecret(): string {
  return randomBytes(32).toString("base64url");
}

/**
 * The SHA-256 digest by which a secret is stored and found.
 *
 * A secret of 256 random bits needs no slow hash: it cannot be guessed at any speed.
 */
export function digestOf(secret: string): Uint8Array {
  return createHash("sha256").update(secret).digest();
}

/** Whether two digests are equal, in a time independent of where they differ. */
export function sameDigest(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
