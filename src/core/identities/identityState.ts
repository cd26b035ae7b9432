/** The states of seed 004, and `broken` for what exists but cannot be gone on with. */
export const identityStates = [
  'uninitialized',
  /** Known, with nobody embodying it. */
  'dormant',
  'active',
  'retiring',
  'suspended',
  'broken',
] as const;

/** One of `identityStates`. */
export type IdentityState = (typeof identityStates)[number];
