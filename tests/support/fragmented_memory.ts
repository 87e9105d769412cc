/** Takes 300 MB in pieces of 100 kB, frees all but every tenth, and prints the resident MB before and after these are given back. */
import { residentMb, returnFreedMemory } from "../../resources/freed_memory.ts";

const pieces = Array.from({ length: 3_000 }, () => new Uint8Array(100_000).fill(1));
// Frees the bytes themselves at once.
pieces.forEach(({ buffer }, i) => i % 10 > 0 && buffer.transfer(0));
const before = residentMb();
await returnFreedMemory();
console.log(JSON.stringify({ before, after: residentMb() }));
