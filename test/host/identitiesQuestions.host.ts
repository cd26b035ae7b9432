import { strict as assert } from 'node:assert';
import { eventually } from '../support/eventually.ts';
import { Emitter } from '../../src/base/event.ts';
import { IdentityListSet } from '../../src/extension/identities/identityListSet.ts';
import { InterruptNotices } from '../../src/extension/identities/interruptNotices.ts';
import type { IdentityRef } from '../../src/presentation/identities/rows/identityElement.ts';
import { HostLocks } from '../support/hostLocks.ts';
import { HostIdentities } from '../support/hostIdentities.ts';
import { withPerson } from '../support/hostPerson.ts';
import type { Failure } from '../support/hostWorld.ts';

interface Reconciled {
  readonly actions: readonly { readonly action: string; readonly identity: string }[];
}

const question = 'Make the agents what their files say?';

describe('questions about named agents', () => {
  let agents: HostIdentities;

  before(async () => {
    agents = await HostIdentities.open();
  });
  beforeEach(() => agents.reset());
  afterEach(() => agents.clear());
  after(() => agents.dispose());

  const start = async (name: string): Promise<string> => {
    agents.write(name, 'agent = "scripted"');
    await agents.untilState(name, 'uninitialized');
    const element = agents.element(name);
    await agents.run('heddle.identity.start', element);
    return element;
  };
  const reconcile = (confirms: boolean) =>
    withPerson({ confirms }, () => agents.run<Reconciled>('heddle.identities.reconcile'));

  it('name what would end before files take effect, and nothing ends without an answer', async () => {
    await start('reviewer');
    await agents.run('heddle.identity.start', await start('docs'));
    const { shown } = await withPerson({}, async (seen) => {
      agents.write('reviewer', 'agent = "locked-out"');
      await eventually('it is asked', () => seen.notifications.length > 0);
    });
    assert.match(shown.notifications[0]?.text ?? '', /changed by something else/);
    const refused = await reconcile(false);
    assert.equal(refused.result, undefined);
    assert.equal(refused.shown.questions[0]?.text, question);
    assert.match(
      refused.shown.questions[0].detail ?? '',
      /^• reviewer becomes another agent \(locked-out\); what it does ends/,
    );
    assert.equal((await agents.show('reviewer')).state, 'active');
    const accepted = await reconcile(true);
    assert.deepEqual(accepted.result.actions, [{ action: 'respawn', identity: 'reviewer' }]);
    const again = await reconcile(true);
    assert.deepEqual(again.result, { actions: [] });
    assert.match(again.shown.notifications[0]?.text ?? '', /are what their files say/);
    assert.equal((await agents.show('docs')).state, 'active');
  });

  it('are asked again when a change that was undone is made again', async () => {
    await start('reviewer');
    for (let i = 0; i < 2; i += 1) {
      const { shown } = await withPerson({}, async (seen) => {
        agents.write('reviewer', 'agent = "locked-out"');
        await eventually('it is asked', () => seen.notifications.length > 0);
        agents.write('reviewer', 'agent = "scripted"');
        await eventually('nothing is due', async () => {
          const { result } = await reconcile(false);
          return (result as Reconciled | undefined)?.actions.length === 0;
        });
      });
      assert.deepEqual(shown.notifications[0]?.buttons, ['Respawn', 'Open File']);
    }
  });

  it('do only what was shown when files change while somebody thinks', async () => {
    await start('reviewer');
    await start('docs');
    await withPerson({}, async (seen) => {
      agents.write('reviewer', 'agent = "locked-out"');
      await eventually('it is asked', () => seen.notifications.length > 0);
    });
    const { result, shown } = await withPerson({ confirms: true }, (seen) => {
      // The file is as it was again by the time the button is pressed.
      const push = seen.questions.push.bind(seen.questions);
      Object.assign(seen.questions, {
        push: (...asked: Parameters<typeof push>) => {
          agents.write('reviewer', 'agent = "scripted"');
          return push(...asked);
        },
      });
      return agents.run<Reconciled>('heddle.identities.reconcile');
    });
    assert.deepEqual(result.actions, []);
    assert.match(shown.notifications[0]?.text ?? '', /only what was shown and is still due/);
    assert.equal((await agents.show('reviewer')).state, 'active');
  });

  it('say what respawning and retiring lose while an agent is at work', async () => {
    const element = await start('reviewer');
    await agents.run('heddle.identity.send', element, { text: JSON.stringify([['silence']]) });
    await eventually('it is at work', async () =>
      (await agents.sessions()).some(({ state }) => state === 'running'),
    );
    const ask = (id: 'heddle.identity.respawn' | 'heddle.identity.retire', confirms: boolean) =>
      withPerson({ confirms }, () => agents.run<{ generation?: number }>(id, element));
    const isAsked = async (): Promise<boolean> => {
      const { result, shown } = await ask('heddle.identity.retire', false);
      assert.equal(result, undefined);
      return shown.questions[0]?.detail?.includes('ends what it is doing now') === true;
    };
    await eventually('the window knows that it is at work', isAsked);
    const refused = await ask('heddle.identity.respawn', false);
    assert.match(refused.shown.questions[0]?.detail ?? '', /ends what it is doing now/);
    assert.equal((await agents.sessions())[0]?.state, 'running');
    const respawned = await ask('heddle.identity.respawn', true);
    assert.equal(respawned.result.generation, 0);
    await eventually('its turn has ended', async () =>
      (await agents.sessions()).every(({ state }) => state !== 'running'),
    );
    const retired = await ask('heddle.identity.retire', true);
    assert.match(retired.shown.questions[0]?.detail ?? '', /Its conversation is kept/);
    await agents.untilState('reviewer', 'dormant');
  });

  it('show text of others as text, never as a link', async () => {
    agents.write('reviewer', 'agent = "scripted"');
    await agents.untilState('reviewer', 'uninitialized');
    await agents.holdElsewhere('reviewer', '[here](command:workbench.action.quit) $(bell)');
    const element = agents.element('reviewer');
    await eventually('the window knows its owner', async () => {
      const { shown } = await withPerson({}, () => agents.run('heddle.identity.send', element));
      const [input] = shown.inputs;
      assert.ok(input?.prompt.includes('](') !== true, input?.prompt);
      return input?.prompt.includes('[here]') === true;
    });
  });

  it('let all that were interrupted go on together, but those that take no messages', async () => {
    const taking = ['docs', 'reviewer'];
    for (const name of taking) await start(name);
    agents.write('silent', 'agent = "scripted"\naddressability = "internal_only"');
    await agents.untilState('silent', 'uninitialized');
    const window = new HostLocks();
    const { registries, logger } = window;
    const lists = new IdentityListSet(registries, { labelIn: () => 'another window', logger });
    const interrupted = new Emitter<IdentityRef>();
    const notices = new InterruptNotices({ onDidInterrupt: interrupted.event }, lists);
    try {
      const refs = [...taking, 'silent'].map((name) => agents.ref(name));
      await eventually('all are known here', () => refs.every((ref) => lists.find(ref)));
      const { shown } = await withPerson({ presses: 'All Go On' }, async (seen) => {
        for (const ref of refs) interrupted.fire(ref);
        await eventually('it is told', () => seen.notifications.length > 0);
        await eventually('both have gone on', async () => {
          const sessions = await agents.sessions();
          return sessions.filter(({ state }) => state === 'done').length === taking.length;
        });
      });
      assert.equal(
        shown.notifications[0]?.text,
        '3 agents were interrupted in the middle of their work: docs, reviewer, silent.',
      );
      const prompts = (await agents.sessions()).map(({ prompt }) => prompt);
      assert.equal(prompts.length, 2, prompts.join());
      for (const prompt of prompts) assert.match(prompt, /Your last turn was interrupted/);
    } finally {
      for (const each of [notices, lists, window]) each.dispose();
    }
  });

  it('refuse a message that is too long, with what to do', async () => {
    const element = await start('reviewer');
    const { result, shown } = await withPerson({}, () =>
      agents.run<Failure>('heddle.identity.send', element, { text: 'x'.repeat(70_000) }),
    );
    assert.equal(result.error.code, 'invalid-message');
    assert.match(
      shown.notifications[0]?.text ?? '',
      /too long for a message: write it into a file/,
    );
    assert.deepEqual(shown.inputs, []);
  });
});
