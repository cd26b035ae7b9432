import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { ProcessProbe } from '../core/agents/liveness.ts';

/** What the server may touch of the process around it. */
export interface McpHost {
  /** `--root` as it was given. */
  readonly root: string | undefined;
  /** The working directory, absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The process of the server, for which it waits and holds. */
  readonly pid: number;
  /** The processes above the server, nearest first. */
  readonly ancestors: () => Promise<Iterable<{ readonly pid: number }>>;
  /** The processes of this machine; by default as the platform tells. */
  readonly probe?: ProcessProbe | undefined;
}
