/** Weights of the positions of a portfolio. */
export { equalRiskContribution } from "./equal_risk_contribution.ts";
export { type GroupLimits, type GroupMemberships, limitByGroup } from "./limit_by_group.ts";
export { equalWeights, inverseVolatilityWeights } from "./portfolio_weights.ts";
export { type ShrunkCorrelation, shrunkCorrelation } from "./shrunk_correlation.ts";
