import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock, type Clock } from '../../../src/base/clock.ts';
import { parseAgentIdentity } from '../../../src/core/identities/agentIdentity.ts';
import type { IdentityOwner } from '../../../src/node/identities/identityOwner.ts';
import { identitySpecFolder } from '../../../src/node/identities/identitySpecFiles.ts';
import { unsureMs } from '../../../src/node/identities/inboxDelivery.ts';
import { buildChildProgram } from '../../support/childProgram.ts';
import { eventually } from '../../support/eventually.ts';
import { makeTempFolder, removeTempFolder } from '../../support/tempFolder.ts';
import { LineChildren } from '../lineChild.ts';
import { openDeliveringOwner } from './deliveringOwner.ts';
import { FileSessions } from './fileSessions.ts';

const reviewer = parseAgentIdentity('reviewer');
/** So that a step that is not reached any more is missed. */
const leastSteps = 12;

describe('The turns of an agent whose owner is killed or stopped', () => {
  let program: string;
  let top: string;
  let children: LineChildren;
  let next: IdentityOwner | undefined;
  before(async () => {
    program = await buildChildProgram(new URL('./children/killedOwner.ts', import.meta.url));
  });
  beforeEach(() => {
    top = makeTempFolder();
    children = new LineChildren();
    next = undefined;
  });
  afterEach(async () => {
    await next?.stop();
    await children.dispose();
    removeTempFolder(top);
  });

  function prepare(name: string): string {
    const place = join(top, name);
    const specs = identitySpecFolder(join(place, 'root'));
    mkdirSync(specs, { recursive: true });
    writeFileSync(join(specs, 'reviewer.toml'), 'agent = "claude"\ninstructions = "Mind."\n');
    return place;
  }

  /** It takes over, and goes on until nothing waits any more. */
  async function goOn(place: string, sessions: FileSessions): Promise<void> {
    // What could still show has shown by then.
    const clock: Clock = { ...systemClock, now: () => systemClock.now() + unsureMs };
    const { owner, continuity } = openDeliveringOwner({
      ...{ top: place, instance: 'next', sessions, clock },
    });
    next = owner;
    await owner.start([reviewer]);
    sessions.endAll();
    await eventually('nothing waits any more', async () => {
      owner.noticeInbox(reviewer);
      return (await continuity.inbox.list(reviewer)).messages.length === 0;
    });
    await owner.stop();
    const told = continuity.history.read(reviewer).filter(({ kind }) => kind === 'message');
    assert.equal(told.length, 1);
  }

  it('a message is brought exactly once, whatever step of it was the last', async () => {
    const steps: unknown[] = [];
    for (let fatalStep = 1; ; fatalStep += 1) {
      const place = prepare(String(fatalStep));
      const file = join(place, 'sessions.jsonl');
      const child = await children.node(program, [place, file, String(fatalStep)]);
      const step = await child.answer();
      await child.end;
      if (step === 'survived') break;
      assert.equal(typeof step, 'string');
      steps.push(step);
      const sessions = new FileSessions(file);
      await goOn(place, sessions);
      assert.equal(sessions.prompts().length, 1, `${String(step)}: ${sessions.prompts().join()}`);
    }
    assert.ok(steps.length >= leastSteps, steps.join(', '));
    assert.ok(steps.includes('session:before') && steps.includes('session:after'));
  });

  it('a turn goes on when its owner wakes after somebody else took it over', async () => {
    const stoppedOwner = await buildChildProgram(
      new URL('./children/stoppedOwner.ts', import.meta.url),
    );
    const place = prepare('stopped');
    const file = join(place, 'sessions.jsonl');
    const child = await children.node(stoppedOwner, [place, file, '4000']);
    assert.equal(await child.answer(), 'at work');
    process.kill(child.pid, 'SIGSTOP');
    const sessions = new FileSessions(file);
    const { owner } = openDeliveringOwner({
      ...{ top: place, instance: 'next', sessions, clock: systemClock },
    });
    next = owner;
    try {
      await eventually('it is taken over', async () => {
        const [outcome] = await owner.start([reviewer]);
        return outcome?.kind === 'resumed';
      });
    } finally {
      process.kill(child.pid, 'SIGCONT');
    }
    assert.equal(await child.answer(), 'lost');
    assert.equal((await child.finish()).code, 0);
    assert.equal(sessions.cancels(), '');
    assert.deepEqual(owner.held(), [reviewer]);
    assert.equal(sessions.prompts().length, 1);
  });
});
