import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { parseAgentIdentity } from '../../../src/core/identities/agentIdentity.ts';
import { ContinuityStoreError } from '../../../src/core/identities/continuityStore.ts';
import type { StartOutcome } from '../../../src/node/identities/startOutcome.ts';
import { openRegistry } from '../../../src/node/openRegistry.ts';
import { heddleRootAt } from '../../../src/node/heddleRoot.ts';
import { ensureClaudeAcp } from '../../support/agents/acp/claudeAcp.ts';
import { claudeCodeEnvironment } from '../../support/agents/claudeCode.ts';
import { createModelGate } from '../../support/agents/modelGate.ts';
import {
  startScriptedClaudeModel,
  stepsByPrompt,
  type ScriptedClaudeModel,
} from '../../support/agents/scriptedClaudeModel.ts';
import { buildChildProgram } from '../../support/childProgram.ts';
import { cliPath } from '../../support/cliPath.ts';
import { eventually } from '../../support/eventually.ts';
import { descendantsOf } from '../../support/vscode/processEnd.ts';
import { LineChildren } from '../lineChild.ts';
import { OwnerWorld } from './ownerWorld.ts';

const reviewer = parseAgentIdentity('reviewer');
const docs = parseAgentIdentity('docs');
const backend = parseAgentIdentity('backend');

describe('a team of named agents with the real Claude Code', () => {
  let world: OwnerWorld;
  let model: ScriptedClaudeModel;
  const gate = createModelGate();
  const children = new LineChildren();

  before(async () => {
    model = await startScriptedClaudeModel(
      stepsByPrompt({
        'first question': [{ text: 'First answer.' }],
        'second question': [{ text: 'never said', gate }],
        'third question': [{ text: 'Third answer.' }],
        'fourth question': [{ text: 'Fourth answer.' }],
      }),
    );
    const command = await ensureClaudeAcp();
    world = OwnerWorld.make(
      (home) => ({
        command,
        env: { ...claudeCodeEnvironment({ home, modelUrl: model.url }), TMPDIR: home },
      }),
      {
        reviewer: 'agent = "claude"\npeers = ["docs"]\ninstructions = "Review with great care."\n',
        docs: 'agent = "claude"\n',
        backend: 'agent = "claude"\naddressability = "internal_only"\n',
      },
    );
  });
  after(async () => {
    gate.open();
    await children.dispose();
    await world.dispose();
    await model.stop();
  });

  /** All that the model was told in a request, as text. */
  const told = (index: number): string => JSON.stringify(model.asked.at(index));

  it('is started, spoken to, killed, respawned, held, taken up by the next window, and reset', async () => {
    const { owner, continuity } = world.open('the first window');
    await owner.registerAll();
    deepEqual(
      (await world.listing()).identities.map(({ identity, state }) => [identity, state]),
      [backend, docs, reviewer].map((identity) => [identity, 'uninitialized']),
    );
    const progress: string[] = [];
    await owner.start('all', ({ identity, kind }) => progress.push(`${identity} ${kind}`));
    deepEqual(progress, ['backend created', 'docs created', 'reviewer created']);
    equal(model.asked.length, 0, 'nobody is asked anything yet');

    // Its first prompt comes after its instructions.
    await owner.send(reviewer, { text: 'first question' });
    const first = await world.untilSaid(reviewer, 'First answer.');
    match(told(-1), /Review with great care\..*first question/s);
    const { sessionId, generation } = first.record ?? {};
    match(sessionId ?? '', /^conversation-/);

    // Killed in the middle of a turn, it is respawned as who it is.
    await owner.send(reviewer, { text: 'second question' });
    await gate.arrived;
    const registry = openRegistry(heddleRootAt(world.root));
    const entries = await registry.registry.list();
    const { pid = 0 } = entries.find(({ status }) => status === 'active') ?? {};
    assertNamed(pid, 'reviewer');
    process.kill(pid, 'SIGKILL');
    await eventually('it is respawned', () =>
      continuity.history.read(reviewer).some(({ kind }) => kind === 'respawned'),
    );
    const respawned = await world.untilListed(
      reviewer,
      'is active',
      ({ state }) => state === 'active',
    );
    deepEqual([respawned.record?.sessionId, respawned.generation], [sessionId, generation]);
    ok((respawned.lease?.token ?? 0) > (first.lease?.token ?? 0));

    // Somebody else is told who has it.
    const program = await buildChildProgram(new URL('./children/secondOwner.ts', import.meta.url));
    const { root, runtime, home, agent } = world;
    const second = { root, runtime, home, agent, label: 'the second window', cli: cliPath() };
    const child = await children.start(process.execPath, [program, JSON.stringify(second)]);
    const outcomes = (await child.answer()) as readonly StartOutcome[];
    deepEqual(
      outcomes.map((each) => [each.kind, each.kind === 'held_elsewhere' && each.holder.label]),
      outcomes.map(() => ['held_elsewhere', 'the first window']),
    );
    equal(outcomes.length, 3);

    // The window is reloaded, and the conversation goes on.
    await owner.stop();
    const next = world.open('the window after');
    const kinds = (await next.owner.start('all')).map(({ kind }) => kind);
    deepEqual(kinds, ['resumed', 'resumed', 'resumed']);
    await next.owner.send(reviewer, { text: 'third question' });
    const third = await world.untilSaid(reviewer, 'Third answer.');
    match(told(-1), /first question.*First answer\..*third question/s);
    const texts = model.asked.at(-1)?.userTexts.map(({ text }) => text) ?? [];
    const instructed = texts.filter((text) => text.includes('Review with great care.'));
    equal(instructed.length, 1, 'it is instructed once');
    const former = third.record;
    const formerToken = third.lease?.token ?? 0;
    ok(former);

    // Begun anew, it knows nothing of before, and who owned it before writes nothing any more.
    const record = await next.owner.reset(reviewer);
    equal(record.generation, (generation ?? 0) + 1);
    const isStale = (error: unknown): boolean =>
      error instanceof ContinuityStoreError && error.problem.code === 'stale-fencing-token';
    await rejects(continuity.store.upsertRecord(former, formerToken), isStale);
    await next.owner.send(reviewer, { text: 'fourth question' });
    await world.untilSaid(reviewer, 'Fourth answer.');
    match(told(-1), /Review with great care\..*fourth question/s);
    ok(!told(-1).includes('first question'));
  });
});

/** The agent and its tools are told which named agent it is, where the system shows that. */
function assertNamed(pid: number, name: string): void {
  if (process.platform !== 'linux') return;
  const programs = [pid, ...descendantsOf(pid)].flatMap((each) => {
    try {
      const read = (name: string): string[] =>
        readFileSync(`/proc/${each}/${name}`, 'utf8').split('\0');
      return [{ command: read('cmdline'), environment: read('environ') }];
    } catch {
      return []; // it ended meanwhile
    }
  });
  ok(programs.some(({ command }) => command.includes('mcp')));
  for (const { environment } of programs) {
    ok(environment.includes(`HEDDLE_AGENTS_IDENTITY=${name}`));
  }
}
