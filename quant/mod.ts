/**
 * The mathematics of pairs trading as pure functions on typed arrays: no I/O, no clock, no state.
 *
 * @module
 */
export {
  type CriticalValues,
  type DeterministicTerms,
  mackinnonCriticalValues,
  type MackinnonOptions,
  mackinnonPValue,
} from "./mackinnon.ts";
export { normalCdf } from "./normal_distribution.ts";
