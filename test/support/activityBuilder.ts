import type { ActivityEvent } from '../../src/core/activity/activityEvent.ts';

/** A grant of one file, unless the fields say otherwise. */
export function buildActivity(fields: Partial<ActivityEvent> = {}): ActivityEvent {
  return {
    atMs: Date.parse('2026-06-01T12:00:00Z'),
    kind: 'lock-granted',
    actor: { holderId: 1, name: 'codex' },
    paths: ['src/app.ts'],
    ...fields,
  };
}
