import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict';
import { dirname } from 'node:path';

import { codeModeCodexModel, ensureCodex, runCodexOnce } from '../../support/agents/codex.ts';
import {
  connectCodexAppServer,
  trustCodexHooks,
  type CodexAppServer,
} from '../../support/agents/codexAppServer.ts';
import { codeStep, commandStep, patchStep } from '../../support/agents/codexScenarios.ts';
import { makeCodexWorld, type CodexWorld } from '../../support/agents/codexWorld.ts';
import { createModelGate } from '../../support/agents/modelGate.ts';
import type {
  ResponsesScript,
  ResponsesStep,
} from '../../support/agents/scriptedResponsesModel.ts';
import { answersByPrompt } from '../../support/agents/scriptedSteps.ts';
import { eventually } from '../../support/eventually.ts';
import { ConnectedRepository } from './support/connectedRepository.ts';

const files = { 'a.txt': 'one\ntwo\n', 'b.txt': 'x\n', 'held.txt': 'theirs\n' };

function patch(...parts: readonly string[]): string {
  return ['*** Begin Patch', ...parts, '*** End Patch', ''].join('\n');
}

function change(path: string, from: string, to: string): string {
  return `*** Update File: ${path}\n@@\n-${from}\n+${to}`;
}

const editOfA = patch(change('a.txt', 'one', 'ONE'));

describe('a real Codex', () => {
  let repository: ConnectedRepository<CodexWorld>;
  afterEach(() => repository.end());

  async function connected(
    script: ResponsesScript | readonly ResponsesStep[],
    { isTrusted = true, modelName }: { isTrusted?: boolean; modelName?: string } = {},
  ): Promise<void> {
    const programs = dirname(await ensureCodex());
    repository = await ConnectedRepository.make(
      (root) =>
        makeCodexWorld({
          root,
          files,
          hooks: false,
          script:
            typeof script === 'function'
              ? script
              : answersByPrompt<ResponsesStep>({ 'Do the work': script }),
          ...(modelName === undefined ? {} : { modelName }),
        }),
      { harness: 'codex', programs },
    );
    if (isTrusted) await trust();
  }

  async function trust(): Promise<void> {
    const client = await server();
    await trustCodexHooks(client, repository.world.repo);
    await client.stop();
  }

  async function server(): Promise<CodexAppServer> {
    const client = await connectCodexAppServer({
      ...repository.world.options,
      trustsAllHooks: false,
    });
    repository.started(client.process);
    return client;
  }

  const start = (): ReturnType<typeof runCodexOnce> =>
    repository.started(
      runCodexOnce('Do the work', { ...repository.world.options, trustsAllHooks: false }),
    );

  async function run(): Promise<void> {
    const codex = start();
    equal((await codex.exit).code, 0, codex.stderr());
  }

  /** What the calls of the main agent came back with, in order. */
  const results = (): readonly string[] =>
    repository.world.model.asked
      .filter(({ threadId, sessionId }) => threadId === sessionId)
      .flatMap(({ toolResults }) => toolResults.map(({ text }) => text));

  it('joins once its hooks are trusted, and the doctor tells as long as they are not', async () => {
    await connected([patchStep(editOfA), { text: 'Done.' }], { isTrusted: false });
    await run();
    equal(repository.read('a.txt'), 'ONE\ntwo\n');
    deepEqual(await repository.agents(), []);
    const before = await repository.verdicts();
    deepEqual(
      ['installed', 'connected', 'trusted'].map((id) => before.get(`codex.${id}`)),
      ['ok', 'ok', 'problem'],
    );

    await trust();
    await run();
    const agent = await repository.agent();
    deepEqual([agent.harness, agent.status], ['codex', 'complete']);
    const after = await repository.verdicts();
    deepEqual(
      ['trusted', 'fired', 'refuses'].map((id) => after.get(`codex.${id}`)),
      ['ok', 'ok', 'ok'],
    );
  });

  it('holds what it edits in its turn, and its end gives it back', async () => {
    const gate = createModelGate();
    await connected([patchStep(editOfA), { text: 'Done.', gate }]);
    const codex = start();
    await gate.arrived;
    const agent = await repository.agent();
    deepEqual(
      [agent.harness, agent.status, agent.pid, agent.liveness],
      ['codex', 'active', codex.pid, 'alive'],
    );
    notEqual(agent.process_start, null);
    match(agent.native_actor_key ?? '', /^codex:thread:[\da-f-]{36}$/);
    deepEqual(await repository.locks(), [`a.txt ${agent.session_id}`]);
    gate.open();
    equal((await codex.exit).code, 0, codex.stderr());
    deepEqual(await repository.locks(), []);
    equal((await repository.agent()).status, 'complete');
  });

  it('makes none of the changes of a patch of which one is to a file of somebody else, and is told of its command', async () => {
    const heredoc = `apply_patch <<'EOF'\n${patch(change('held.txt', 'theirs', 'mine'))}EOF\n`;
    const gate = createModelGate();
    await connected([
      patchStep(patch(change('a.txt', 'one', 'ONE'), change('held.txt', 'theirs', 'mine'))),
      patchStep(patch('*** Add File: new.txt\n+new', '*** Delete File: held.txt')),
      patchStep(patch('*** Update File: b.txt\n*** Move to: held.txt\n@@\n-x\n+y')),
      patchStep(patch('*** Update File: held.txt\n*** Move to: moved.txt\n@@\n-theirs\n+y')),
      commandStep(heredoc),
      patchStep(patch('*** Update File: b.txt\n*** Move to: moved/b.txt\n@@\n-x\n+y')),
      { ...commandStep('sed -i s/theirs/mine/ held.txt'), gate },
      { text: 'Done.' },
    ]);
    await repository.holdBySomebody('held.txt');
    const codex = start();
    await gate.arrived;
    const { session_id } = await repository.agent();
    deepEqual(await repository.locks(), [
      `b.txt ${session_id}`,
      'held.txt somebody',
      `moved/b.txt ${session_id}`,
    ]);
    equal(repository.read('held.txt'), 'theirs\n');
    gate.open();
    equal((await codex.exit).code, 0, codex.stderr());

    const told = results();
    equal(told.length, 7);
    for (const reason of told.slice(0, 5)) {
      match(reason, /Heddle Agents: this edit was not made/);
      match(reason, /held\.txt .*somebody.*Mine/);
      match(reason, /heddle-agents lock .*held\.txt/);
    }
    ok(!(told[5] ?? '').includes('Heddle Agents'), told[5]);
    deepEqual(
      ['a.txt', 'b.txt', 'held.txt', 'new.txt', 'moved.txt', 'moved/b.txt'].map((name) =>
        repository.read(name),
      ),
      ['one\ntwo\n', undefined, 'mine\n', undefined, undefined, 'y\n'],
    );
    equal((await repository.activity('lock-refused')).length, 5);

    // By its command, which no hook can judge.
    deepEqual(
      (await repository.activity('lock-saved-over')).map(({ cause, reason, paths }) => [
        cause,
        reason,
        paths,
      ]),
      [['shell', 'sed -i s/theirs/mine/ held.txt', ['held.txt']]],
    );
    const warned = repository.world.model.asked.at(-1)?.developerTexts.join('\n') ?? '';
    match(warned, /Heddle Agents: your command changed files.*\nheld\.txt is held by somebody/);
  });

  it('has a subagent as a child, which holds what it edits itself', async () => {
    const gate = createModelGate();
    const collaborate = (tool: string, input: Record<string, unknown>): ResponsesStep => ({
      calls: [{ namespace: 'collaboration', tool, input }],
    });
    const task = { task_name: 'helper', message: 'Change a.txt.', fork_turns: 'none' };
    const own = [
      collaborate('spawn_agent', task),
      collaborate('wait_agent', { timeout_ms: 60_000 }),
    ];
    const its = [
      codeStep(`text(await tools.apply_patch(${JSON.stringify(editOfA)}));`),
      { text: 'Changed.', gate },
    ];
    await connected(
      ({ items, threadId, sessionId }) => {
        const answered = items.filter(({ type }) => type.endsWith('_call_output')).length;
        return (threadId === sessionId ? own : its)[answered] ?? { text: 'Done.' };
      },
      { modelName: codeModeCodexModel },
    );
    const codex = start();
    await gate.arrived;
    const parent = await repository.agent();
    const [child, ...others] = await repository.childrenOf(parent);
    deepEqual(others, []);
    deepEqual([child?.pid, child?.status, child?.liveness], [codex.pid, 'active', 'alive']);
    deepEqual(await repository.locks(), [`a.txt ${child?.session_id ?? ''}`]);
    gate.open();
    equal((await codex.exit).code, 0, codex.stderr());
    equal(repository.read('a.txt'), 'ONE\ntwo\n');
    deepEqual(
      (await repository.agents()).map(({ status }) => status),
      ['complete', 'complete'],
    );
    deepEqual(await repository.locks(), []);
  });

  it('gives back what it held when a person interrupts its turn, and stays', async () => {
    const gate = createModelGate();
    await connected([patchStep(editOfA), { text: 'Never.', gate }]);
    const client = await server();
    const { thread } = (await client.request('thread/start', {
      cwd: repository.world.repo,
      approvalPolicy: 'never',
      sandbox: 'workspace-write',
    })) as { readonly thread: { readonly id: string } };
    const threadId = thread.id;
    const input = [{ type: 'text', text: 'Do the work' }];
    await client.request('turn/start', { threadId, input });
    await gate.arrived;
    const agent = await repository.agent();
    equal(agent.pid, client.process.pid);
    deepEqual(await repository.locks(), [`a.txt ${agent.session_id}`]);

    const turn = (await client.message('turn/started')).params as {
      readonly turn: { readonly id: string };
    };
    await client.request('turn/interrupt', { threadId, turnId: turn.turn.id });
    await eventually('the turn is over', async () => (await repository.locks()).length === 0);
    equal((await repository.agent()).status, 'active');
    client.process.endInput();
    await client.process.exit;
    equal((await repository.agent()).status, 'complete');
  });

  it('gives back what it held when it is killed', async () => {
    const gate = createModelGate();
    await connected([patchStep(editOfA), { text: 'Never.', gate }]);
    const codex = start();
    await gate.arrived;
    equal((await repository.locks()).length, 1);
    codex.kill('SIGKILL');
    await codex.exit;
    deepEqual(await repository.locks(), []);
    equal((await repository.agent()).liveness, 'dead');
  });
});
