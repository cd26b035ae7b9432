import type { HarnessEvent, HarnessId } from '../../src/core/harness/harnessEvent.ts';
import type { HookSurroundings } from '../../src/harnesses/harness.ts';
import { harnessById } from '../../src/harnesses/harnesses.ts';

/** Where a hook runs that is told nothing. */
export const nowhere: HookSurroundings = { env: {}, cwd: '/hook' };

/** What one harness reads out of a payload; it must be an event. */
export function parsed(
  harness: HarnessId,
  payload: Readonly<Record<string, unknown>>,
  around: HookSurroundings = nowhere,
): HarnessEvent {
  const event = harnessById(harness).dialect.parse(payload, around);
  if (event === undefined) throw new Error(`${harness} read no event`);
  return event;
}

/** An event of which only these things are known. */
export function eventWith(
  known: Pick<HarnessEvent, 'harness' | 'eventName' | 'cwd' | 'action'> & Partial<HarnessEvent>,
): HarnessEvent {
  return {
    sessionKey: undefined,
    childKey: undefined,
    childType: undefined,
    parentSessionKey: undefined,
    model: undefined,
    provider: undefined,
    transcriptPath: undefined,
    ...known,
  };
}
