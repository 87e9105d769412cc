/** A place in a pool: the step that runs in it holds it, and nothing else does. */
export interface PoolSlot {
  pool: string;
  /** From 1 to the size of the pool. */
  slot: number;
}
