import assert from 'node:assert/strict';
import type { ActivityEvent } from '../../../src/core/activity/activityEvent.ts';
import { IncidentHistory } from '../../../src/presentation/violationHistory.ts';
import {
  parseIncidentElement,
  toIncidentElement,
} from '../../../src/presentation/violationElement.ts';
import { incidentRows } from '../../../src/presentation/violationRows.ts';
import {
  incidentCommand,
  incidentSentence,
  violationNotice,
} from '../../../src/presentation/violationWording.ts';

const minuteMs = 60_000;
const [codex, claude] = [{ name: 'codex' }, { name: 'claude-code' }];
const refused: ActivityEvent = {
  ...{ atMs: 0, kind: 'lock-refused', actor: codex, other: claude, paths: ['src/a.ts'] },
};
const shell: ActivityEvent = {
  ...{ atMs: 0, kind: 'lock-saved-over', cause: 'shell', actor: claude, other: codex },
  ...{ paths: ['src/a.ts'], reason: 'sed -i\n s/a/b/ src/a.ts' },
};
const unguarded: ActivityEvent = {
  ...{ atMs: 0, kind: 'edit-unguarded', actor: codex, paths: ['src/b.ts'] },
};

function rowsOf(...events: readonly ActivityEvent[]) {
  const history = new IncidentHistory();
  for (const event of events) history.add(event);
  return incidentRows(history.recent(0), { root: '/work', parent: undefined });
}

describe('the rows of refusals and violations', () => {
  it('are none where nothing happened', () => {
    assert.equal(rowsOf(), undefined);
  });

  it('say who was refused what, by whom, how often and how long ago', () => {
    const made = rowsOf(refused, refused);
    const row = made?.rows[0]?.make(5 * minuteMs);
    assert.equal(row?.label, 'a.ts');
    assert.equal(row.description, 'codex was refused · held by claude-code · 2 times · 5 min');
    assert.equal(row.contextValue, 'heddle.refusal+doer+holder');
    assert.deepEqual([made?.group.icon, made?.group.isExpanded], ['circle-slash', false]);
  });

  it('tell two of one name apart', () => {
    const made = rowsOf({ ...refused, other: codex });
    assert.equal(
      made?.rows[0]?.make(0).description.replace(/ · <.*/, ''),
      'codex was refused · held by another codex',
    );
    assert.equal(
      incidentSentence({ ...shell, other: claude }, {}),
      'A shell command of claude-code changed src/a.ts, which another claude-code holds.',
    );
  });

  it('are open and warn as soon as one of them is a violation', () => {
    const made = rowsOf(refused, shell);
    assert.deepEqual([made?.group.icon, made?.group.isExpanded], ['warning', true]);
    assert.notEqual(made?.group.id, rowsOf(refused)?.group.id);
    assert.equal(made?.group.children.length, 2);
  });

  it('show the command of a shell write as one line in the tooltip', () => {
    const row = rowsOf(shell)?.rows[0]?.make(0);
    assert.ok(
      row?.tooltip.some((part) => part.kind === 'field' && part.value === 'sed -i s/a/b/ src/a.ts'),
    );
    assert.equal(row?.description, 'codex changed it in a shell · held by claude-code · <1 min');
  });

  it('offer nobody who is not known', () => {
    assert.equal(rowsOf(unguarded)?.rows[0]?.make(0).contextValue, 'heddle.violation+doer');
  });

  it('look different when a minute, then an hour has gone by', () => {
    const clocked = rowsOf(refused)?.rows[0];
    assert.equal(clocked?.nextMs?.(30_000), minuteMs);
    assert.equal(clocked.nextMs(minuteMs), 2 * minuteMs);
    assert.equal(clocked.nextMs(90 * minuteMs), 120 * minuteMs);
  });

  it('make what comes from outside harmless', () => {
    const nasty = '\u001b[2J$(trash)\u202e';
    const row = rowsOf({
      ...shell,
      other: { name: nasty },
      paths: [nasty],
      reason: nasty,
    })?.rows[0]?.make(0);
    assert.doesNotMatch(JSON.stringify(row?.tooltip) + (row?.label ?? ''), /\u001b|\u202e/);
    assert.doesNotMatch(row?.description ?? '', /\u001b|\u202e/);
  });
});

describe('the words of refusals and violations', () => {
  it('are whole sentences', () => {
    const say = (event: ActivityEvent): string => incidentSentence(event, {});
    assert.equal(say(refused), 'codex was refused src/a.ts, which claude-code holds.');
    assert.equal(
      say({ ...refused, cause: 'waiting-first' }),
      'codex was refused src/a.ts: claude-code was waiting first.',
    );
    assert.equal(say(shell), 'A shell command of codex changed src/a.ts, which claude-code holds.');
    assert.equal(
      say({ ...shell, cause: 'unguarded' }),
      'codex edited src/a.ts, which claude-code holds.',
    );
    assert.equal(
      say(unguarded),
      'codex edited src/b.ts although its hook could not look who holds it.',
    );
    assert.equal(say({ ...unguarded, actor: { name: '' } }).split(' ')[0], 'somebody');
  });

  it('call those who are known as everywhere else', () => {
    const words = { nameOf: () => 'Codex · gpt-5' };
    assert.match(incidentSentence(unguarded, words), /^Codex · gpt-5 edited/);
  });

  it('have a command only for shell writes', () => {
    assert.equal(incidentCommand(shell), 'sed -i s/a/b/ src/a.ts');
    assert.equal(incidentCommand({ ...shell, reason: ' ' }), undefined);
    assert.equal(incidentCommand({ ...refused, reason: 'x' }), undefined);
  });

  it('tell several violations as one, counting files once', () => {
    const tell = (...events: readonly ActivityEvent[]): string =>
      violationNotice(
        events.map((event) => ({ event })),
        {},
      );
    assert.equal(tell(), '');
    assert.equal(tell(shell, shell), incidentSentence(shell, {}));
    assert.match(tell(shell, unguarded), / 1 more file was changed past the locks\.$/);
    const third = { ...unguarded, paths: ['src/c.ts', 'src/d.ts'] };
    assert.match(tell(shell, unguarded, third), / 3 more files were changed past the locks\.$/);
  });
});

describe('the element of a refusal or violation', () => {
  it('names it, and nothing else is one', () => {
    const ref = { root: '/a@b\nc', id: '1700000000000-0' };
    assert.deepEqual(parseIncidentElement(toIncidentElement(ref)), ref);
    for (const other of [undefined, 7, '', 'incident:x@/a', 'incident:1-0@', 'agent:1-0@/a']) {
      assert.equal(parseIncidentElement(other), undefined);
    }
  });
});
