import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';
import { commandIds, type CommandId } from '../../src/extension/ids.ts';
import { toBrokenElement } from '../../src/presentation/brokenElement.ts';
import { entryText } from '../support/entryBuilder.ts';
import { eventually } from '../support/eventually.ts';
import { withPerson } from '../support/hostPerson.ts';
import { fingerprint, HostRegistry, run, type Failure } from '../support/hostWorld.ts';

/** Commands that take no arguments, and what they change is not in the registry. */
const withoutArguments: readonly CommandId[] = [
  'heddle.registry.initialise',
  'heddle.registry.refresh',
  'heddle.log.show',
  'heddle.agents.groupByChain',
  'heddle.agents.groupByThread',
  'heddle.agents.groupByHarness',
  'heddle.agents.groupFlat',
  'heddle.locks.groupByFolder',
  'heddle.locks.groupByHolder',
  'heddle.agents.disconnect',
  'heddle.doctor.show',
  'heddle.identities.reconcile',
];

describe('commands that are given something bad', () => {
  let registry: HostRegistry;
  before(async () => {
    registry = await HostRegistry.open();
    await registry.reset();
    registry.makeFolder();
    registry.write('agent-a', entryText('agent-a', { thread: 'feature/x' }));
    await registry.untilAgent('agent-a');
  });

  const hostile = (): Readonly<Record<string, readonly unknown[]>> => {
    const { root } = registry;
    return {
      nothing: [],
      undefined: [undefined, undefined],
      null: [null, null],
      'a number': [42],
      'an object': [{ id: registry.element('agent-a') }],
      'an array in place of an element': [[registry.element('agent-a')]],
      'an array of the wrong things': [undefined, [1, null, {}, []]],
      'an empty text': [''],
      'a path out of the folder': [`agent:../../x@${root}`],
      'a path out of the folder, in another root': ['agent:../../x@/etc'],
      'a known id in another root': ['agent:agent-a@/etc'],
      'a root with a way around': [`agent:agent-a@${root}/../${root}`],
      'an id with a zero byte': [`agent:agent-a\u0000@${root}`],
      'an id in upper case': [`agent:AGENT-A@${root}`],
      'an unknown id': [`agent:agent-zzz@${root}`],
      'an unreadable file out of the folder': [`broken:..%2F..%2Fpasswd.toml@${root}`],
      'an unreadable file that is none': [`broken:agent-zzz.toml@${root}`],
      'a bad encoding': [`broken:%E0%A4%A.toml@${root}`],
      'a long text': [`agent:${'a'.repeat(1_000_000)}@${root}`],
      'a thread that is not text': [{ thread: 7 }],
      'an empty thread': [{ thread: '  ' }],
      'a thread with an escape': [{ thread: 'a\u001b[2J' }],
      'a thread with a line break': [{ thread: 'a\nb' }],
      'a thread that is too long': [{ thread: 'x'.repeat(5000) }],
      'a task that is not text': [{ thread: 'feature/new', task: ['x'] }],
      'a folder that is not open': [{ thread: 'feature/new', folder: '/etc' }],
    };
  };

  for (const command of commandIds.filter((id) => !withoutArguments.includes(id))) {
    it(`${command} changes nothing and never rejects`, async () => {
      const before = fingerprint(registry.root);
      for (const [what, args] of Object.entries(hostile())) {
        const { result } = await withPerson({}, () => whileGivingUp(run(command, ...args)));
        const isHarmless =
          result === undefined || 'error' in (result as object) || 'reaped' in (result as object);
        assert.ok(isHarmless, `${what}: ${JSON.stringify(result)}`);
        assert.deepEqual(fingerprint(registry.root), before, what);
      }
    });
  }

  it('an element of nobody is told as such, by name', async () => {
    const { result, shown } = await withPerson({}, () =>
      run<Failure>('heddle.agent.releaseComplete', registry.element('agent-zzz')),
    );
    assert.equal(result.error.code, 'not-found');
    assert.match(result.error.message, /agent-zzz/);
    assert.match(shown.notifications[0]?.text ?? '', /agent-zzz/);
  });

  it('an unreadable file that is none is told as such', async () => {
    const element = toBrokenElement({ root: registry.root, fileName: 'agent-zzz.toml' });
    const { result } = await withPerson({}, () =>
      run<Failure>('heddle.agent.openEntryFile', element),
    );
    assert.equal(result.error.code, 'not-found');
  });

  it('an object that throws when it is read is an error that is told', async () => {
    const trap = {
      get thread(): string {
        throw new Error('a trap');
      },
    };
    const { result, shown } = await withPerson({}, () =>
      run<Failure>('heddle.thread.reserve', trap),
    );
    assert.equal(result.error.code, 'unexpected');
    assert.equal(shown.notifications.length, 1);
  });

  it('one bad row among the selected does not keep the good ones from it', async () => {
    const elements = ['agent:../../x@/etc', registry.element('agent-a'), 7];
    const { result } = await withPerson({}, () =>
      run('heddle.agent.copySessionId', elements[1], elements),
    );
    assert.deepEqual(result, { text: 'agent-a' });
  });

  it('hostile text of an entry comes to no notification, question or pick as it is', async () => {
    const nasty = '\u001b]8;;http://x\u0007[a](command:evil) $(trash)\u202e\n<b>';
    const more = ['harness', 'model', 'native_actor_key', 'path', 'attach_reason']
      .map((field) => `${field} = ${JSON.stringify(nasty)}`)
      .join('\n');
    registry.write('agent-b', entryText('agent-b', { thread: nasty, more: `pid = 0\n${more}` }));
    await registry.untilAgent('agent-b');
    const element = registry.element('agent-b');
    const { shown } = await withPerson({}, async () => {
      await run('heddle.agent.delete', element);
      await run('heddle.agents.reap');
      await run('heddle.agent.releaseComplete');
      await run('heddle.agent.openWorktree', element);
    });
    const texts = [
      ...shown.questions.flatMap(({ text, detail = '' }) => [text, ...detail.split('\n')]),
      ...shown.notifications.map(({ text }) => text),
      ...shown.picks.flatMap((items) =>
        items.flatMap(({ label, description = '', detail = '' }) => [label, description, detail]),
      ),
    ];
    assert.ok(texts.some((text) => text.includes('evil')));
    for (const text of texts) {
      assert.doesNotMatch(text, /[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
      assert.doesNotMatch(text, /(?<!\\)\$\(trash\)/);
    }
    for (const { text } of shown.notifications) assert.doesNotMatch(text, /\]\(|:\/\//);
  });
});

/** Closes whatever asks for something until the work is done. */
async function whileGivingUp<T>(work: Promise<T>): Promise<T> {
  let isDone = false;
  const done = work.finally(() => (isDone = true));
  await eventually('the command is done', async () => {
    await new Promise((resolve) => setImmediate(resolve));
    if (!isDone) await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
    return isDone;
  });
  return done;
}
