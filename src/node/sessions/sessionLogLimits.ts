/** Longer lines are neither written nor read. */
export const maxLineBytes = 16 * 1024 * 1024;
/** What stands behind this many bytes of a log is not read, and little is written there. */
export const maxLogBytes = 256 * 1024 * 1024;
/** So much of a log is left for how the session goes on when it is full of what the agent told. */
export const reservedLogBytes = 32 * 1024 * 1024;
/** So much waits for a slow disk at most. */
export const maxWaitingBytes = 64 * 1024 * 1024;
