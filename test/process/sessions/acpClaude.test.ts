import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

import { AcpWorld, type RunningSession } from '../../support/agents/acp/acpWorld.ts';
import { claudeAcpAgent, ensureClaudeAcp } from '../../support/agents/acp/claudeAcp.ts';
import { createModelGate } from '../../support/agents/modelGate.ts';
import {
  startScriptedClaudeModel,
  stepsByPrompt,
  type ModelStep,
  type ScriptedClaudeModel,
} from '../../support/agents/scriptedClaudeModel.ts';
import { cliPath } from '../../support/cliPath.ts';
import { eventually } from '../../support/eventually.ts';
import { bash, edit, read } from '../agents/support/claudeSteps.ts';
import { ended } from '../cli/spawnCli.ts';
import { isProcessGone } from '../../../src/node/processGone.ts';
import { AcpHostWorld } from './acpHostWorld.ts';

for (const isConnected of [false, true]) {
  describe(`the real Claude Code over ACP, ${isConnected ? 'with' : 'without'} our hooks`, () => {
    let world: AcpWorld;
    let command: string;
    let model: ScriptedClaudeModel | undefined;
    before(async () => {
      command = await ensureClaudeAcp();
    });
    beforeEach(async () => {
      world = await AcpWorld.make({ 'a.txt': 'one\n' });
      if (isConnected) await connect();
    });
    afterEach(async () => {
      await world.end();
      await model?.stop();
    });

    async function connect(): Promise<void> {
      const env = { PATH: process.env.PATH, HOME: world.home, USERPROFILE: world.home };
      const args = [cliPath(), 'connect', 'claude-code'];
      const { code, stderr } = await ended(spawn(process.execPath, args, { cwd: world.repo, env }));
      equal(code, 0, stderr);
    }

    async function start(...steps: readonly ModelStep[]): Promise<RunningSession> {
      model = await startScriptedClaudeModel(stepsByPrompt({ 'do it': steps }));
      const agent = claudeAcpAgent(command, { home: world.home, modelUrl: model.url });
      return world.start(agent, 'do it');
    }

    const results = (): readonly string[] =>
      (model?.asked ?? []).flatMap(({ toolResults }) => toolResults).map(({ text }) => text);

    it('edits a file after the person has allowed it, as one agent, and the edit counts once', async () => {
      const file = world.path('a.txt');
      const session = await start(read(file), edit(file, 'one', 'ONE'), { text: 'Edited.' });
      const { text, options, subject } = await session.question();
      match(text, /a\.txt/);
      ok(options?.some(({ kind }) => kind === 'allow-once'));
      const call = subject?.kind === 'tool-call' ? subject.call : undefined;
      deepEqual(
        call?.locations.map(({ path }) => path),
        [file],
      );
      const { sessionId } = await world.entry();
      deepEqual(await world.held(), [`a.txt ${sessionId}`]);
      await session.choose(options?.find(({ kind }) => kind === 'allow-once')?.id ?? '');
      const { stopReason, usage, value } = await session.done();
      equal(stopReason, 'end_turn');
      ok((usage?.promptTokens ?? 0) >= 300 && (usage?.completionTokens ?? 0) >= 30);
      equal((value as { readonly message: string }).message, 'Edited.');
      equal(world.read('a.txt'), 'ONE\n');

      const entry = await world.entry();
      equal(entry.harness, 'claude-code');
      match(entry.nativeActorKey ?? '', /^claude-code:session:/);
      equal(entry.status, 'complete');
      deepEqual(await world.held(), []);
      const edited = await world.activity('file-edited', 'edit-unguarded', 'lock-saved-over');
      deepEqual(
        edited.map(({ kind, paths, actor }) => [kind, paths, actor.sessionId]),
        [['file-edited', ['a.txt'], sessionId]],
      );
      const costs = session.updates.flatMap((each) =>
        each.kind === 'usage' && each.cost ? [each.cost] : [],
      );
      ok((costs.at(-1)?.amount ?? 0) > 0 && costs.at(-1)?.currency === 'USD');
    });

    it('is refused a file that somebody else holds, and the person is not asked', async () => {
      const file = world.path('a.txt');
      await world.holdBySomebody('a.txt');
      const session = await start(read(file), edit(file, 'one', 'ONE'), { text: 'Refused.' });
      equal((await session.done()).stopReason, 'end_turn');
      equal(world.read('a.txt'), 'one\n');
      const refusal = results()[1] ?? '';
      // Without hooks the adapter has no words of ours for the model.
      if (isConnected) match(refusal, /this edit was not made, because somebody else is at work/);
      else match(refusal, /refused|reject|denied/i);
      equal((await world.activity('lock-refused')).length, 1);
      deepEqual(await world.activity('file-edited', 'lock-saved-over'), []);
      if (!isConnected)
        deepEqual(session.notes, ['An edit was refused: a.txt is held by somebody']);
    });

    it('is cancelled in the middle of a tool call, and nothing of it is left', async () => {
      const session = await start(bash(`touch ${world.path('begun')}; sleep 1000`));
      const { options } = await session.question();
      await session.choose(options?.find(({ kind }) => kind === 'allow-once')?.id ?? '');
      await eventually('the command runs', () => existsSync(world.path('begun')));
      session.cancel();
      equal((await session.outcome()).state, 'cancelled');
      ok((await world.entry()).status !== 'active');
    });

    it('fails when it is killed, and nothing of it is left', async () => {
      const file = world.path('a.txt');
      const session = await start(read(file), edit(file, 'one', 'ONE'));
      await session.question();
      const { pid = 0 } = await world.entry();
      process.kill(pid, 'SIGKILL');
      const failure = await session.failure();
      equal(failure.kind, 'agent-error');
      // Its hooks tell of Claude itself, whose end its adapter tells; else it is the adapter that was killed.
      equal(failure.process?.signal, isConnected ? undefined : 'SIGKILL');
      deepEqual(await world.held(), []);
      equal(world.read('a.txt'), 'one\n');
    });

    it('is cancelled while the model thinks', async () => {
      const gate = createModelGate();
      const session = await start({ text: 'never said', gate });
      await gate.arrived;
      session.cancel();
      equal((await session.outcome()).state, 'cancelled');
      gate.open();
    });
  });
}

describe('the real Claude Code in a session whose host is killed', () => {
  let world: AcpHostWorld;
  let model: ScriptedClaudeModel;
  beforeEach(async () => {
    world = await AcpHostWorld.make();
  });
  afterEach(async () => {
    // Waits until nothing runs any more whose home is there.
    await world.dispose();
    await model.stop();
  });

  it('ends as well, in the middle of a command, and its session has failed', async () => {
    const steps = [bash(`touch ${world.path('begun')}; sleep 1000`)];
    model = await startScriptedClaudeModel(stepsByPrompt({ 'do it': steps }));
    const { home } = world;
    const agent = claudeAcpAgent(await ensureClaudeAcp(), { home, modelUrl: model.url });
    const id = await world.startAgent(agent, 'do it');
    const { queryId, options } = await world.question(id);
    const optionId = options?.find(({ kind }) => kind === 'allow-once')?.id ?? '';
    const attached = await world.attach(id);
    await attached.resume({ kind: 'single', queryId, response: { kind: 'option', optionId } });
    await eventually('the command runs', () => existsSync(world.path('begun')));
    const pid = await world.agentPid();
    ok(!isProcessGone(pid));
    await world.kill(id);
    const { state } = await world.untilState(id, 'failed');
    equal(state.state === 'failed' && state.failure.kind, 'host-died');
    await eventually('it is gone', () => isProcessGone(pid));
    deepEqual(await world.held(), []);
  });
});
