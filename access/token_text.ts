import { crc32 } from "node:zlib";
import { randomBytes } from "node:crypto";

const PREFIX = "tandem_";
const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const SECRET_LENGTH = 43;
const CHECK_LENGTH = 6;

/**
 * Pattern of an access token, for secret scanners: `tandem_`, 43 letters and digits with 256 random bits, and 6 more with the
 * CRC-32 of these 43.
 */
export const tokenPattern: RegExp = /^tandem_[0-9A-Za-z]{49}$/;

/** Length of a token's prefix that people can tell tokens apart by; the rest cannot be guessed from it. */
export const hintLength = PREFIX.length + 4;

/** Pattern of a page's token: the same after `tandem_page_`. */
export const pageTokenPattern: RegExp = /^tandem_page_[0-9A-Za-z]{49}$/;
const PAGE_PREFIX = `${PREFIX}page_`;

/** A new token. */
export function newTokenText(): string {
  return `${PREFIX}${newSecret()}`;
}

/** A new token of a page. */
export function newPageTokenText(): string {
  return `${PAGE_PREFIX}${newSecret()}`;
}

/** Whether a text can be a token: a mistyped or invented one cannot, and needs no query. */
export function isTokenText(text: string): boolean {
  return tokenPattern.test(text) && isChecked(text.slice(PREFIX.length));
}

/** Whether a text can be the token of a page. */
export function isPageTokenText(text: string): boolean {
  return pageTokenPattern.test(text) && isChecked(text.slice(PAGE_PREFIX.length));
}

/** 256 random bits and their checksum. */
function newSecret(): string {
  const secret = inBase62(BigInt(`0x${randomBytes(32).toString("hex")}`), SECRET_LENGTH);
  return `${secret}${checkOf(secret)}`;
}

function isChecked(text: string): boolean {
  return text.endsWith(checkOf(text.slice(0, SECRET_LENGTH)));
}

function checkOf(secret: string): string {
  return inBase62(BigInt(crc32(secret)), CHECK_LENGTH);
}

function inBase62(value: bigint, length: number): string {
  let text = "";
  for (let rest = value; text.length < length; rest /= 62n) text = DIGITS[Number(rest % 62n)] + text;
  return text;
}
