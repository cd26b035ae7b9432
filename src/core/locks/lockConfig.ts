/** The times by which locks and their holders are judged, in milliseconds (seed: `RegistryConfig`). */
export interface LockConfig {
  /** How long a lock lasts when its holder names no time. */
  readonly defaultLockTtlMs: number;
  /** How long a holder may be silent before it counts as crashed, unless its process is known. */
  readonly agentTimeoutMs: number;
  /** How long a holder whose process runs keeps a lock that it never takes again. */
  readonly maxLockAgeMs: number;
}

export const defaultLockConfig: LockConfig = {
  defaultLockTtlMs: 30_000,
  agentTimeoutMs: 45_000,
  maxLockAgeMs: 2 * 60 * 60_000,
};

/** Longest time that a holder may promise to be silent, and longest time to wait in a queue. */
export const maxTtlMs = 24 * 60 * 60_000;
export const maxPathsPerRequest = 1000;
export const maxLocksPerHolder = 20_000;
export const maxWaitsPerHolder = 100;
export const maxReasonLength = 500;
/** Largest number that a holder may be given from outside; there is room beyond it to count on. */
export const maxNamedId = 2 ** 52;
/** Largest number that a file may have. */
export const maxStoredId = 2 ** 52 + 2 ** 51;
export const maxHolderNameLength = 200;
