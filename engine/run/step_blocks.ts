import { deserialize, serialize } from "node:v8";
import { type Block, type ComputeInBlocks, inOneBlock } from "../declare/blocks.ts";
import type { BlockPart } from "../store/step_parts.ts";
import { sharedTurns } from "./part_turns.ts";
import type { StepExecution } from "./step_execution.ts";

/** `inBlocks` of a step that this process holds: in blocks that other processes help with, if there are any. */
export function inBlocksOf(step: StepExecution): ComputeInBlocks {
  const { helpers } = step.around;
  if (!helpers) return inOneBlock;
  return async (computation, of) => {
    if (of.items <= of.blockSize) return await inOneBlock(computation, of);
    const blocks = blocksOf(of);
    const number = step.countComputation();
    const parts = blocks.map((block) => ({ block: { ...block, name: computation.name, computation: number } }));
    const input = { computation: number, data: serialize(of.common) };
    const results = Array.from<Awaited<ReturnType<typeof computation.compute>>>({ length: blocks.length });
    let done = 0;
    for await (const { at, data } of sharedTurns(step, helpers, { parts, input, reads: null })) {
      const block = blocks[at]!;
      results[at] = data ? deserialize(data) : await computation.compute(of.common, block, {
        signal: of.signal,
        onProgress: (items) => of.onProgress?.(done + items),
      });
      done += block.to - block.from;
      of.onProgress?.(done);
    }
    return results;
  };
}

/** Computes blocks that another process offers. */
export class BlockHelp {
  #computation: number | undefined;
  #common: unknown;

  constructor(
    private readonly step: StepExecution,
    /** Reads what all blocks of a computation need. */
    private readonly input: (computation: number) => Promise<Uint8Array | undefined>,
  ) {}

  async compute({ block: { name, computation: number, ...block } }: BlockPart): Promise<Uint8Array> {
    const computation = this.step.blockComputation(name);
    if (this.#computation !== number) {
      const data = await this.input(number);
      if (!data) throw new TypeError(`The input of the blocks of "${name}" is gone.`);
      this.#common = deserialize(data);
      this.#computation = number;
    }
    return serialize(await computation.compute(this.#common, block, { signal: this.step.signal }));
  }
}

function blocksOf({ items, blockSize }: { items: number; blockSize: number }): Block[] {
  return Array.from({ length: Math.ceil(items / blockSize) }, (_, i) => ({
    from: i * blockSize,
    to: Math.min((i + 1) * blockSize, items),
  }));
}
