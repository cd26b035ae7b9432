import { strict as assert } from 'node:assert';
import {
  adopted,
  beaten,
  isHeldByWindow,
  isLeftBehind,
  isSilent,
  newPersonReservation,
  windowGoneMs,
} from '../../../../src/core/agents/personReservation.ts';
import type { AgentEntry } from '../../../../src/core/agents/agentEntry.ts';

const nowMs = Date.parse('2026-06-01T12:00:00Z');
const window = { clientInstanceId: 'vscode-1', actorKey: 'human:Ada' };
const otherWindow = { ...window, clientInstanceId: 'vscode-2' };
const process = {
  pid: 42,
  bootId: 'boot',
  processStart: 'linux-ticks:7',
  pidNamespace: 'pid:[1]',
};
const host = { bootId: 'boot', pidNamespace: 'pid:[1]' };

describe('newPersonReservation', () => {
  it('names the person, the window, the process and the task', () => {
    const entry = reservation();
    assert.equal(entry.provider, 'human');
    assert.equal(entry.harness, 'vscode');
    assert.equal(entry.nativeActorKey, 'human:Ada');
    assert.equal(entry.clientInstanceId, 'vscode-1');
    assert.equal(entry.pid, 42);
    assert.equal(entry.processStart, 'linux-ticks:7');
    assert.equal(entry.attachReason, 'fix it');
    assert.equal(entry.startedAt, entry.heartbeatAt);
    assert.equal(entry.status, 'active');
  });
});

describe('isHeldByWindow', () => {
  it('is true only for an active entry of a person with the id of the window', () => {
    assert.equal(isHeldByWindow(reservation(), 'vscode-1'), true);
    assert.equal(isHeldByWindow(reservation(), 'vscode-2'), false);
    assert.equal(isHeldByWindow({ ...reservation(), status: 'complete' }, 'vscode-1'), false);
    assert.equal(isHeldByWindow({ ...reservation(), provider: 'anthropic' }, 'vscode-1'), false);
  });
});

describe('isSilent', () => {
  it('is true from three minutes after the last sign of life', () => {
    assert.equal(isSilent(reservation(), nowMs + windowGoneMs - 1), false);
    assert.equal(isSilent(reservation(), nowMs + windowGoneMs), true);
  });

  it('counts from the start of an entry that never gave a sign of life', () => {
    const entry = { ...reservation(), heartbeatAt: undefined };
    assert.equal(isSilent(entry, nowMs + 1000), false);
    assert.equal(isSilent(entry, nowMs + windowGoneMs), true);
  });
});

describe('isLeftBehind', () => {
  const laterMs = nowMs + windowGoneMs;
  const isLeft = (entry: AgentEntry, at = laterMs): boolean =>
    isLeftBehind(entry, { window: otherWindow, host, nowMs: at });

  it('is true for a silent reservation of the same person in another window', () => {
    assert.equal(isLeft(reservation()), true);
  });

  it('is false while the other window gives signs of life', () => {
    assert.equal(isLeft(reservation(), nowMs + 60_000), false);
    assert.equal(isLeft(beaten(reservation(), nowMs + 60_000)), false);
  });

  it('is false for this window, for another person, machine or program', () => {
    const entry = reservation();
    assert.equal(isLeftBehind(entry, { window, host, nowMs: laterMs }), false);
    assert.equal(isLeft({ ...entry, nativeActorKey: 'human:Eve' }), false);
    assert.equal(isLeft({ ...entry, bootId: 'other' }), false);
    assert.equal(isLeft({ ...entry, pidNamespace: 'pid:[2]' }), false);
    assert.equal(isLeft({ ...entry, harness: 'heddle' }), false);
    assert.equal(isLeft({ ...entry, clientInstanceId: undefined }), false);
  });
});

describe('adopted', () => {
  it('replaces all evidence of the process, and keeps the rest', () => {
    const next = { pid: 43, bootId: 'boot-2', processStart: undefined, pidNamespace: undefined };
    const entry = adopted(reservation(), next, nowMs + 60_000);
    assert.deepEqual(entry, { ...reservation(), ...next, heartbeatAt: '2026-06-01T12:01:00.000Z' });
  });
});

function reservation(): AgentEntry {
  return newPersonReservation(
    { sessionId: 'agent-a', thread: 'main', baseState: 'x', path: '/repo', attachReason: 'fix it' },
    { window, process, nowMs },
  );
}
