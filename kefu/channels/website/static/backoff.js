// How long to wait after the n-th failure in a row: doubling, capped, jittered so that browsers don't return as a crowd.

export const FIRST_WAIT = 1_000; // ms
const LONGEST_WAIT = 30_000;

export const backoff = (failures, first = FIRST_WAIT) =>
  Math.min(LONGEST_WAIT, first * 2 ** failures) * (0.5 + Math.random() / 2);
