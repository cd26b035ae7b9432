import { deepEqual, equal, match, notEqual } from 'node:assert/strict';

import type { AgentProcess } from '../../support/agents/agentProcess.ts';
import { createModelGate } from '../../support/agents/modelGate.ts';
import { runOpenCodeOnce, startOpenCodeServer } from '../../support/agents/openCode.ts';
import { makeOpenCodeWorld, type OpenCodeWorld } from '../../support/agents/openCodeWorld.ts';
import {
  callTool,
  stepsByPrompt,
  type ModelStep,
} from '../../support/agents/scriptedClaudeModel.ts';
import { eventually } from '../../support/eventually.ts';
import { ConnectedRepository } from './support/connectedRepository.ts';

const files = { 'a.txt': 'one\ntwo\n', 'b.txt': 'x\n', 'held.txt': 'theirs\n' };

type Plan = Readonly<Record<string, readonly ModelStep[]>>;

/** A repository whose OpenCodes do what the plan says; to start one costs more than all that it does. */
async function connected(
  planOf: (path: (name: string) => string) => Plan,
): Promise<ConnectedRepository<OpenCodeWorld>> {
  let plan: Plan = {};
  const repository = await ConnectedRepository.make(
    (root) =>
      makeOpenCodeWorld({
        root,
        files,
        hooks: false,
        script: (request) => stepsByPrompt(plan)(request),
      }),
    { harness: 'opencode' },
  );
  plan = planOf((name) => repository.path(name));
  return repository;
}

const read = (filePath: string): ModelStep => callTool('read', { filePath });
const write = (filePath: string, content: string): ModelStep =>
  callTool('write', { filePath, content });
const edit = (filePath: string, oldString: string, newString: string): ModelStep =>
  callTool('edit', { filePath, oldString, newString });
const bash = (command: string): ModelStep => callTool('bash', { command, description: 'Work' });

describe('a real OpenCode that ends after its turn', () => {
  const gate = createModelGate();
  let repository: ConnectedRepository<OpenCodeWorld>;
  let openCode: AgentProcess;

  before(async () => {
    repository = await connected((path) => ({
      'Do the work': [
        read(path('a.txt')),
        edit(path('a.txt'), 'one', 'ONE'),
        bash('echo "agent $HEDDLE_AGENTS_SESSION"'),
        read(path('held.txt')),
        edit(path('held.txt'), 'theirs', 'mine'),
        write(path('held.txt'), 'mine\n'),
        write(path('new.txt'), 'new\n'),
        bash('cat held.txt; sed -i s/theirs/mine/ held.txt'),
        { text: 'Done.', gate, usage: { input_tokens: 300, cache_read_input_tokens: 200 } },
      ],
    }));
    await repository.holdBySomebody('held.txt');
    openCode = repository.started(runOpenCodeOnce('Do the work', repository.world.options));
    await gate.arrived;
  });
  after(() => repository.end());

  const results = (): readonly string[] =>
    repository.world.model.asked.flatMap(({ toolResults }) => toolResults.map(({ text }) => text));

  it('joins, hands its identity to its commands, and holds what it edits', async () => {
    const agent = await repository.agent();
    deepEqual(
      [agent.harness, agent.status, agent.pid, agent.liveness],
      ['opencode', 'active', openCode.pid, 'alive'],
    );
    notEqual(agent.process_start, null);
    match(agent.native_actor_key ?? '', /^opencode:session:ses_/);
    deepEqual(await repository.locks(), [
      `a.txt ${agent.session_id}`,
      'held.txt somebody',
      `new.txt ${agent.session_id}`,
    ]);
    match(results()[2] ?? '', new RegExp(`^agent ${agent.session_id}$`, 'm'));
  });

  it('is refused a file of somebody else, and its command that changes it is recorded', async () => {
    const told = results();
    equal(told.length, 8);
    for (const reason of told.slice(4, 6)) {
      match(reason, /Heddle Agents: this edit was not made/);
      match(reason, /held\.txt .*somebody.*Mine/);
      match(reason, /heddle-agents lock .*held\.txt/);
    }
    equal(repository.read('new.txt'), 'new\n');
    match(told[7] ?? '', /^theirs/); // until the command, which no hook can judge
    equal(repository.read('held.txt'), 'mine\n');
    equal((await repository.activity('lock-refused')).length, 2);
    // The program does not wait for what is told after a call.
    await eventually('the command is recorded', async () => {
      return (await repository.activity('lock-saved-over')).length > 0;
    });
    deepEqual(
      (await repository.activity('lock-saved-over')).map(({ cause, paths }) => [cause, paths]),
      [['shell', ['held.txt']]],
    );
  });

  it('gives everything back at its end, and tells what it used', async () => {
    gate.open();
    equal((await openCode.exit).code, 0, openCode.stderr());
    deepEqual(await repository.locks(), ['held.txt somebody']);
    equal((await repository.agent()).status, 'complete');
    equal(repository.recorded('session').at(-1)?.model, 'claude-sonnet-4-5');
    const usage = repository.recorded('usage').at(-1)?.usage as Record<string, number>;
    deepEqual([usage.inputTokens, usage.outputTokens, usage.cacheReadTokens], [1100, 90, 200]);
  });
});

describe('a real OpenCode that serves a session', () => {
  const [helping, helped] = [createModelGate(), createModelGate()];
  const [broken, last] = [createModelGate(), createModelGate()];
  let repository: ConnectedRepository<OpenCodeWorld>;
  let server: AgentProcess;
  let session: ServedSession;

  before(async () => {
    const helper = (prompt: string): ModelStep =>
      callTool('task', { description: 'Change', prompt, subagent_type: 'general' });
    repository = await connected((path) => ({
      'Work together': [helper('Be a helper'), { text: 'Done.', gate: helped }],
      'Be a helper': [
        read(path('a.txt')),
        edit(path('a.txt'), 'one', 'ONE'),
        { text: 'Changed.', gate: helping },
      ],
      'Do the work': [write(path('new.txt'), 'new\n'), { text: 'Never.', gate: broken }],
      'Do more work': [read(path('b.txt')), edit(path('b.txt'), 'x', 'X'), helper('Help again')],
      'Help again': [
        read(path('a.txt')),
        edit(path('a.txt'), 'two', 'TWO'),
        { text: 'Never.', gate: last },
      ],
    }));
    server = repository.started(startOpenCodeServer(repository.world.options));
    session = await newSession(server);
  });
  after(() => repository.end());

  it('has a subagent as a child, which holds what it edits itself and ends before it', async () => {
    const turn = session.prompt('Work together');
    await helping.arrived;
    const parent = await repository.agent();
    const [child, ...others] = await repository.childrenOf(parent);
    deepEqual(others, []);
    deepEqual([child?.pid, child?.status, child?.liveness], [server.pid, 'active', 'alive']);
    deepEqual(await repository.locks(), [`a.txt ${child?.session_id ?? ''}`]);
    helping.open();
    await helped.arrived;
    await eventually('the child ends', async () => {
      return (await repository.childrenOf(parent))[0]?.status === 'complete';
    });
    deepEqual(await repository.locks(), []);
    equal((await repository.agent()).status, 'active');
    helped.open();
    await turn;
    equal(repository.read('a.txt'), 'ONE\ntwo\n');
  });

  it('gives back what it held when a person breaks its turn off', async () => {
    const turn = session.prompt('Do the work');
    await broken.arrived;
    const agent = await repository.agent();
    equal(agent.pid, server.pid);
    deepEqual(await repository.locks(), [`new.txt ${agent.session_id}`]);
    await session.abort();
    await turn;
    await eventually('the turn is over', async () => (await repository.locks()).length === 0);
    const { status, liveness } = await repository.agent();
    deepEqual([status, liveness], ['active', 'alive']);
  });

  it('gives back what it and its subagent held when it is killed', async () => {
    session.prompt('Do more work').catch(() => undefined); // it dies
    await last.arrived;
    equal((await repository.locks()).length, 2);
    server.kill('SIGKILL');
    await server.exit;
    deepEqual(await repository.locks(), []);
    const killed = (await repository.agents()).filter(({ status }) => status === 'active');
    deepEqual(
      killed.map(({ liveness }) => liveness),
      ['dead', 'dead'],
    );
  });
});

interface ServedSession {
  prompt(text: string): Promise<unknown>;
  abort(): Promise<unknown>;
}

/** A session of a server of OpenCode, which its clients talk to in this way. */
async function newSession(server: Pick<AgentProcess, 'lines'>): Promise<ServedSession> {
  const address = (): string | undefined =>
    /http:\/\/127\.0\.0\.1:\d+/.exec(JSON.stringify(server.lines))?.[0];
  await eventually('it listens', () => address() !== undefined);
  const post = async (path: string, body: unknown): Promise<unknown> => {
    const headers = { 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify(body) };
    return (await fetch(`${address() ?? ''}${path}`, init)).json();
  };
  const { id } = (await post('/session', {})) as { readonly id: string };
  return {
    prompt: (text) => post(`/session/${id}/message`, { parts: [{ type: 'text', text }] }),
    abort: () => post(`/session/${id}/abort`, {}),
  };
}
