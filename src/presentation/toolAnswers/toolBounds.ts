/** Most rows that an answer lists; the rest is counted. */
export const maxRows = 200;
export const maxPaths = 200;
export const maxPathLength = 4096;
export const maxAgentLength = 200;
export const maxTtlSeconds = 24 * 60 * 60;
export const maxWaitSeconds = 60 * 60;
export const defaultWaitSeconds = 50;
/** How long a lock lasts for somebody whom no process stands for. */
export const defaultTtlMs = 10 * 60_000;
/** Largest counter that JSON carries exactly. */
export const maxCount = Number.MAX_SAFE_INTEGER;
export const maxToolCalls = 0xffff_ffff;
export const maxWordLength = 200;
/** Rows for a model are read one by one, so there are fewer of them than in the data. */
export const maxTextRows = 50;
