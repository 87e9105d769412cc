/** A place in a pool, held by at most one running step. */
export interface PoolSlot {
  pool: string;
  /** From 1 to the size of the pool. */
  slot: number;
}
