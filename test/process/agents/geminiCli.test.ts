import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict';

import type { AgentProcess } from '../../support/agents/agentProcess.ts';
import { hasTerminals } from '../../support/agents/agentTerminal.ts';
import { runGeminiOnce, startGeminiTerminal } from '../../support/agents/geminiCli.ts';
import { geminiStep } from '../../support/agents/geminiScenarios.ts';
import { makeGeminiWorld, type GeminiWorld } from '../../support/agents/geminiWorld.ts';
import { createModelGate } from '../../support/agents/modelGate.ts';
import type { GeminiStep } from '../../support/agents/scriptedGeminiModel.ts';
import { answersByPrompt } from '../../support/agents/scriptedSteps.ts';
import { eventually } from '../../support/eventually.ts';
import { descendantsOf } from '../../support/vscode/processEnd.ts';
import { ConnectedRepository } from './support/connectedRepository.ts';

const files = { 'a.txt': 'one\ntwo\n', 'held.txt': 'theirs\n' };

describe('a real Gemini CLI', () => {
  let repository: ConnectedRepository<GeminiWorld>;
  afterEach(() => repository.end());

  async function connected(
    steps: (path: (name: string) => string) => readonly GeminiStep[],
  ): Promise<void> {
    let plan: readonly GeminiStep[] = [];
    const script = (request: Parameters<ReturnType<typeof answersByPrompt>>[0]): GeminiStep =>
      answersByPrompt<GeminiStep>({ 'Do the work': plan })(request);
    repository = await ConnectedRepository.make(
      (root) => makeGeminiWorld({ root, files, hooks: false, script }),
      { harness: 'gemini-cli' },
    );
    plan = steps((name) => repository.path(name));
  }

  const replace = (file_path: string, old_string: string, new_string: string): GeminiStep =>
    geminiStep('replace', { file_path, old_string, new_string, instruction: 'Change a word.' });

  const start = (options: { readonly relaunches?: boolean } = {}): AgentProcess =>
    repository.started(runGeminiOnce('Do the work', { ...repository.world.options, ...options }));

  const results = (): readonly string[] =>
    repository.world.model.asked.flatMap(({ toolResults }) => toolResults.map(({ text }) => text));

  it('joins as the process that does the work, holds what it edits, and gives it back', async () => {
    const gate = createModelGate();
    await connected((path) => [
      replace(path('a.txt'), 'one', 'ONE'),
      geminiStep('write_file', { file_path: path('new/b.txt'), content: 'b\n' }),
      { text: 'Done.', gate },
    ]);
    const gemini = start({ relaunches: true });
    await gate.arrived;
    const agent = await repository.agent();
    deepEqual([agent.harness, agent.status, agent.liveness], ['gemini-cli', 'active', 'alive']);
    ok(descendantsOf(gemini.pid).includes(agent.pid ?? 0), `${agent.pid}`);
    notEqual(agent.process_start, null);
    match(agent.native_actor_key ?? '', /^gemini-cli:session:/);
    const { session_id } = agent;
    deepEqual(await repository.locks(), [`a.txt ${session_id}`, `new/b.txt ${session_id}`]);
    gate.open();
    equal((await gemini.exit).code, 0, gemini.stderr());
    deepEqual(await repository.locks(), []);
    equal((await repository.agent()).status, 'complete');
    equal(repository.recorded('usage').length > 0, true);
  });

  it('is refused a file of somebody else, and its command that changes it is told of', async () => {
    await connected((path) => [
      geminiStep('read_file', { file_path: path('held.txt') }),
      replace(path('held.txt'), 'theirs', 'mine'),
      geminiStep('write_file', { file_path: path('held.txt'), content: 'mine\n' }),
      replace(path('a.txt'), 'one', 'ONE'),
      geminiStep('run_shell_command', { command: 'sed -i s/theirs/mine/ held.txt' }),
      { text: 'Done.' },
    ]);
    await repository.holdBySomebody('held.txt');
    const gemini = start();
    equal((await gemini.exit).code, 0, gemini.stderr());
    const told = results();
    equal(told.length, 5);
    for (const reason of told.slice(1, 3)) {
      match(reason, /Heddle Agents: this edit was not made/);
      match(reason, /held\.txt .*somebody.*Mine/);
      match(reason, /heddle-agents lock .*held\.txt/);
    }
    equal((await repository.activity('lock-refused')).length, 2);
    equal(repository.read('a.txt'), 'ONE\ntwo\n');

    equal(repository.read('held.txt'), 'mine\n'); // by the command, which no hook can judge
    deepEqual(
      (await repository.activity('lock-saved-over')).map(({ cause, paths }) => [cause, paths]),
      [['shell', ['held.txt']]],
    );
    match(told[4] ?? '', /Heddle Agents: your command changed files/);
  });

  if (hasTerminals()) {
    it('gives back what it held when its turn ends, and works on in its terminal', async () => {
      const gate = createModelGate();
      await connected((path) => [replace(path('a.txt'), 'one', 'ONE'), { text: 'Done.', gate }]);
      repository.started(startGeminiTerminal('Do the work', repository.world.options));
      await gate.arrived;
      const { session_id } = await repository.agent();
      deepEqual(await repository.locks(), [`a.txt ${session_id}`]);
      gate.open();
      await eventually('the turn is over', async () => (await repository.locks()).length === 0);
      const agent = await repository.agent();
      deepEqual([agent.status, agent.liveness], ['active', 'alive']);
    });
  }

  it('gives back what it held when it is killed', async () => {
    const gate = createModelGate();
    await connected((path) => [replace(path('a.txt'), 'one', 'ONE'), { text: 'Never.', gate }]);
    const gemini = start();
    await gate.arrived;
    const agent = await repository.agent();
    equal(agent.pid, gemini.pid);
    equal((await repository.locks()).length, 1);
    gemini.kill('SIGKILL');
    await gemini.exit;
    deepEqual(await repository.locks(), []);
    equal((await repository.agent()).liveness, 'dead');
  });
});
