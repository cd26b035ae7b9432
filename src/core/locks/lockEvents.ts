import type { ActivityEvent, ActivityParty } from '../activity/activityEvent.ts';
import { sessionIdOf, type LockHolder } from './lockHolder.ts';

type NamedHolder = Pick<LockHolder, 'id' | 'name' | 'identity'>;

/** Who a holder is in the activity log. */
export function partyOfHolder(holder: NamedHolder): ActivityParty {
  const sessionId = sessionIdOf(holder);
  return {
    holderId: holder.id,
    name: holder.name,
    ...(sessionId === undefined ? {} : { sessionId }),
  };
}

type LockEventKind = Extract<ActivityEvent['kind'], `lock-${string}`>;

/** Fields that are undefined are left out. */
export function lockEvent(
  kind: LockEventKind,
  holder: NamedHolder,
  fields: {
    readonly atMs: number;
    readonly paths: readonly string[];
    readonly other?: ActivityParty | undefined;
    readonly mode?: 'exclusive' | 'shared' | undefined;
    readonly tokens?: readonly number[] | undefined;
    readonly reason?: string | undefined;
    readonly cause?: string | undefined;
  },
): ActivityEvent {
  const { atMs, paths, other, mode, tokens, reason, cause } = fields;
  return {
    atMs,
    kind,
    actor: partyOfHolder(holder),
    paths,
    ...(other && { other }),
    ...(mode && { mode }),
    ...(tokens && { tokens: [...tokens] }),
    ...(reason !== undefined && { reason }),
    ...(cause !== undefined && { cause }),
  };
}
