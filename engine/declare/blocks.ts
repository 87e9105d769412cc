/** A range of the items of a computation, `to` not included. */
export interface Block {
  from: number;
  to: number;
}

/**
 * A computation over a list of items that the function of an asset may divide into blocks, for several processes to compute. Declared
 * in `blocks` of the asset, and called through `inBlocks` of its context.
 *
 * The result of a block depends on the arguments alone. They and the result are data that `structuredClone` copies.
 */
export interface BlockComputation<Common, Result> {
  /** Unique in its asset. */
  readonly name: string;
  /** @param common What all blocks need, the items included. */
  compute(common: Common, block: Block, options: BlockOptions): Promise<Result> | Result;
}

/** How a block is computed. */
export interface BlockOptions {
  signal?: AbortSignal;
  /** Called with the number of computed items of the block. */
  onProgress?: (done: number) => void;
}

/** What is computed in blocks, and of how many items. */
export interface InBlocks<Common> extends BlockOptions {
  common: Common;
  items: number;
  /** Number of items in a block that another process may compute: some seconds of work, since `common` is sent to it. */
  blockSize: number;
}

/** Computes all items, and returns the results of their blocks in order. Without other processes there is one block. */
export type ComputeInBlocks = <Common, Result>(
  computation: BlockComputation<Common, Result>,
  of: InBlocks<Common>,
) => Promise<Result[]>;

/** Computes all items here, as one block. */
export const inOneBlock: ComputeInBlocks = async (computation, { common, items, ...options }) => [
  await computation.compute(common, { from: 0, to: items }, options),
];
