import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HolderProcess } from '../../../../src/core/locks/lockHolder.ts';
import type { EventContent, ProgressEvent } from '../../../../src/core/sessions/progressEvent.ts';
import { encodeEventLine } from '../../../../src/core/sessions/progressEventCodec.ts';
import {
  encodeSessionHeader,
  type SessionHeader,
} from '../../../../src/core/sessions/sessionHeader.ts';

export const noonMs = Date.parse('2026-06-01T12:00:00Z');

/** A process that is 4242 on this boot. */
export const aHost: HolderProcess = {
  pid: 4242,
  bootId: 'this-boot',
  processStart: 'linux-ticks:77',
  pidNamespace: undefined,
  startedAt: '2026-06-01T12:00:00Z',
};

export function aHeader(sessionId: string, fields: Partial<SessionHeader> = {}): SessionHeader {
  const spec = { kind: 'run', agent: 'claude', prompt: 'Say hello', cwd: '/repo' } as const;
  return { sessionId, spec, createdAtMs: noonMs, host: aHost, ...fields };
}

export function anEvent(sequence: number, content?: EventContent): ProgressEvent {
  const said: EventContent = content ?? { kind: 'note', content: `note ${sequence}` };
  return { ...said, sequence, atMs: noonMs + sequence * 1000 };
}

export function doneEvent(sequence: number, value: unknown = 42): ProgressEvent {
  const result = { value, finishedAtMs: noonMs + sequence * 1000 };
  return anEvent(sequence, {
    kind: 'state-transition',
    from: 'running',
    to: 'done',
    outcome: { state: 'done', result },
  });
}

/** Writes a session by hand, as another process would have. */
export function putSession(
  folder: string,
  header: SessionHeader,
  events: readonly ProgressEvent[] = [],
): string {
  const own = join(folder, header.sessionId);
  mkdirSync(own, { recursive: true });
  writeFileSync(join(own, 'session.json'), JSON.stringify(encodeSessionHeader(header)));
  addEvents(folder, header.sessionId, events);
  return own;
}

export function addEvents(
  folder: string,
  sessionId: string,
  events: readonly ProgressEvent[],
): void {
  const text = events.map(encodeEventLine).join('');
  appendFileSync(join(folder, sessionId, 'events.jsonl'), text);
}

export async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}
