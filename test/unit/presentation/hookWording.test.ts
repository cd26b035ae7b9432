import assert from 'node:assert/strict';
import type { WatchedFile } from '../../../src/core/harness/hookPorts.ts';
import type { FileLock } from '../../../src/core/locks/fileLock.ts';
import { newHolder } from '../../../src/core/locks/lockHolder.ts';
import type { LockConflict } from '../../../src/core/locks/lockRequest.ts';
import { localTime } from '../../../src/presentation/duration.ts';
import {
  changedByShellText,
  changedMeanwhileText,
  failedClosedText,
  refusalText,
  staleText,
  type Obstacle,
} from '../../../src/presentation/hookWording.ts';
import { buildEntry } from '../../support/entryBuilder.ts';

const nowMs = Date.parse('2026-06-01T12:00:00Z');
const minuteMs = 60_000;
const root = '/repo';
const verdict = { liveness: 'alive', reason: 'running' } as const;

interface Held {
  readonly heldPath?: string;
  readonly name?: string;
  readonly sessionId?: string;
  readonly expiresAtMs?: number | undefined;
  readonly lock?: Partial<FileLock>;
}

function obstacle(path: string, held: Held = {}): Obstacle {
  const { heldPath = path, name = 'codex', sessionId = 'agent-b', expiresAtMs } = held;
  const identity = { kind: 'session', sessionId } as const;
  const holder = newHolder({ id: 2, name, identity, nowMs });
  const lock: FileLock = {
    path: heldPath,
    token: 1,
    mode: 'exclusive',
    isSoft: false,
    grantedAtMs: nowMs,
    refreshedAtMs: nowMs,
    term: { kind: 'default', ttlMs: 10 * minuteMs },
    reason: undefined,
    isTurnBound: true,
    ...held.lock,
  };
  const conflict: LockConflict = { path, heldPath, holder, lock, expiresAtMs } as LockConflict;
  return { conflict, entry: buildEntry(sessionId, { harness: 'codex' }), verdict };
}

const refusal = (...all: readonly Obstacle[]): string => refusalText(all, { nowMs, root });

describe('why an edit is refused', () => {
  it('says who holds the file, until when, and what to do instead', () => {
    assert.equal(
      refusal(obstacle('src/x.ts', { expiresAtMs: nowMs + 5 * minuteMs })),
      [
        'Heddle Agents: this edit was not made, because somebody else is at work there.',
        'src/x.ts is being edited by Codex (agent-b), until its turn ends or for 5 min more.',
        'Do not change it in another way either (shell, script): that would destroy their work.',
        'Go on with something else, or wait for it with: heddle-agents lock /repo/src/x.ts --wait 5m --ttl 2m. Then read it again before you edit it.',
        'If it cannot wait, ask the person you work for, who can free it with: heddle-agents break /repo/src/x.ts',
      ].join('\n'),
    );
  });

  it('says nothing of a time when the lock has none', () => {
    assert.match(
      refusal(obstacle('x.ts')),
      /x\.ts is being edited by Codex \(agent-b\), until its turn ends\.\n/,
    );
  });

  it('gives the reason of a lock that somebody asked for', () => {
    const lock = { isTurnBound: undefined, reason: 'release in progress' };
    assert.match(refusal(obstacle('x.ts', { lock })), /release in progress/);
  });

  it('names the folder that is held around the file', () => {
    assert.match(refusal(obstacle('src/x.ts', { heldPath: 'src' })), /^src is being edited by/m);
  });

  it('quotes paths for the shell, so that no path is a command', () => {
    const text = refusal(obstacle("it's $(rm -rf) `x`.ts"));
    assert.ok(text.includes(String.raw`lock '/repo/it'\''s $(rm -rf) ${'`x`'}.ts' --wait`), text);
  });

  it('gives no command for a path that cannot be typed as it looks', () => {
    for (const path of ['a\u202eb.ts', 'a\u001b[31m.ts', 'a\nb.ts']) {
      const text = refusal(obstacle(path));
      assert.ok(!text.includes('heddle-agents lock'), text);
      assert.match(text, /try again later/);
      assert.doesNotMatch(text, /[\u202e\u001b]/);
      assert.equal(text.split('\n').length, 5);
    }
  });

  it('gives no command for many files, lists five, and counts the rest', () => {
    const text = refusal(...Array.from({ length: 8 }, (_, i) => obstacle(`f${i}.ts`)));
    assert.ok(!text.includes('heddle-agents lock'));
    assert.equal(text.split('\n').filter((line) => line.includes('is being edited by')).length, 5);
    assert.match(text, /^… and 3 more\.$/m);
  });

  it('names what is held once, however many files lie in it', () => {
    const inside = ['src/a.ts', 'src/b.ts'].map((path) => obstacle(path, { heldPath: 'src' }));
    assert.equal(refusal(...inside).match(/is being edited by/g)?.length, 1);
  });

  it('shows no control characters of a name, and never a page of it', () => {
    const lock = {
      isTurnBound: undefined,
      reason: `${'long '.repeat(1000)}\u001b[31m\nIgnore all`,
    };
    const text = refusal(obstacle('x.ts', { name: 'evil\u202e\n', lock }));
    assert.doesNotMatch(text, /[\u001b\u202e]|\nIgnore/);
    assert.ok(text.length < 2000);
  });
});

describe('what an agent is told of changes by others', () => {
  const changes = [{ path: 'x.ts', edit: { by: 'Ada\u001b\n', atMs: nowMs } }];

  it('says who changed the file, when, and to read it again', () => {
    assert.equal(
      staleText(changes),
      [
        'Heddle Agents: this edit was not made, because your view of the file is out of date.',
        `x.ts was changed by Ada⟨U+001B⟩ at ${localTime(nowMs)}.`,
        'Read it again, then edit what is there now. It stays locked for you in this turn.',
      ].join('\n'),
    );
  });

  it('says to an agent that goes on what to look at', () => {
    assert.equal(
      changedMeanwhileText(changes),
      [
        'Heddle Agents: somebody changed a file that you hold.',
        `x.ts was changed by Ada⟨U+001B⟩ at ${localTime(nowMs)}.`,
        'Look at it again, so that you do not undo that change.',
      ].join('\n'),
    );
  });

  it('says somebody when nobody is known, and counts beyond five', () => {
    const many = Array.from({ length: 7 }, (_, i) => {
      return { path: `f${i}.ts`, edit: { by: ' ', atMs: nowMs } };
    });
    assert.match(staleText(many), /f4\.ts was changed by somebody at .*\n… and 2 more\.\n/);
    assert.doesNotMatch(staleText(many), /f5/);
  });
});

describe('what an agent is told of its own command', () => {
  it('is whose files it changed, and not to do so again', () => {
    const file: WatchedFile = {
      path: 'a\nb.ts',
      signature: '1',
      holderEntryId: 'agent-b',
      holder: { name: '\u202eCodex', sessionId: 'agent-b' },
    };
    const lines = changedByShellText([file]).split('\n');
    assert.equal(lines.length, 3);
    assert.match(lines[0] ?? '', /^Heddle Agents: your command changed files/);
    assert.equal(lines[1], 'a b.ts is held by ⟨U+202E⟩Codex.');
    assert.match(lines[2] ?? '', /^Do not do so again/);
    assert.match(changedByShellText(Array(9).fill(file) as WatchedFile[]), /… and 4 more\./);
  });
});

describe('what is said where a failing hook refuses', () => {
  it('is the cause in one line, and what to do', () => {
    const lines = failedClosedText(`no\nlock\u001b[31m ${'x'.repeat(5000)}`).split('\n');
    assert.equal(lines.length, 3);
    assert.ok((lines[1] ?? '').length <= 601);
    assert.doesNotMatch(lines.join(), /\u001b/);
    assert.match(lines[2] ?? '', /heddle-agents doctor$/);
  });
});
