import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openCodePlugin } from '../../../../src/harnesses/connecting/openCodePlugin.ts';
import { openCodeRecipe } from '../../../../src/harnesses/connecting/openCodeRecipe.ts';
import { eventually } from '../../../support/eventually.ts';
import { makeTempFolder, removeTempFolder } from '../../../support/tempFolder.ts';

type Handler = (input: unknown, output?: unknown) => Promise<void>;
type Hooks = Readonly<Record<string, Handler>>;

describe('the plugin for OpenCode', () => {
  let home: string;
  let before: string | undefined;
  beforeEach(() => {
    home = makeTempFolder();
    before = process.env.HOME;
    process.env.HOME = home;
  });
  afterEach(() => {
    if (before === undefined) delete process.env.HOME;
    else process.env.HOME = before;
    removeTempFolder(home);
  });

  /** Loads the plugin as OpenCode does, in a home of its own. */
  async function load(): Promise<Hooks> {
    const file = join(home, 'plugin.mjs');
    writeFileSync(file, openCodePlugin);
    const module = (await import(pathToFileURL(file).href)) as Record<
      string,
      (input: object) => Promise<Hooks>
    >;
    // OpenCode calls every export as a plugin.
    const [name, ...others] = Object.keys(module);
    deepEqual(others, []);
    const plugin = module[name ?? ''];
    ok(plugin);
    return plugin({ directory: '/repo' });
  }

  /** A launcher that writes down what it is given and answers as told. */
  function launch(script: string): string {
    const folder = join(home, '.heddle-agents/bin');
    mkdirSync(folder, { recursive: true });
    const launcher = join(folder, 'heddle-agents');
    const log = join(home, 'log');
    writeFileSync(launcher, `#!/bin/sh\ncat >>'${log}'\necho >>'${log}'\n${script}\n`);
    chmodSync(launcher, 0o755);
    return log;
  }

  const told = (log: string): readonly Record<string, unknown>[] =>
    existsSync(log)
      ? readFileSync(log, 'utf8')
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line) as Record<string, unknown>)
      : [];

  const call = { tool: 'edit', sessionID: 'ses_1', callID: 'call_1' };

  it('asks before a call of a tool, and leaves out what is long', async () => {
    const log = launch('');
    const hooks = await load();
    const args = { filePath: 'a.ts', oldString: 'x', newString: 'y' };
    await hooks['tool.execute.before']?.(call, { args });
    deepEqual(told(log), [
      {
        harness: 'opencode',
        event: 'tool.execute.before',
        cwd: '/repo',
        ...call,
        args: { filePath: 'a.ts' },
      },
    ]);
    equal(args.oldString, 'x');
  });

  it('throws the reason of a refusal', async () => {
    launch(`echo '{"refuse":"held by agent-b"}'`);
    const hooks = await load();
    await rejects(async () => hooks['tool.execute.before']?.(call, { args: {} }), {
      message: 'held by agent-b',
    });
  });

  it('lets a call through when there is no launcher, it fails, or says nonsense', async () => {
    const hooks = await load();
    await hooks['tool.execute.before']?.(call, { args: {} });
    for (const script of [
      'exit 7',
      'echo nonsense',
      'echo null',
      `echo '{"refuse":5}'`,
      'kill -9 $$',
    ]) {
      launch(script);
      await hooks['tool.execute.before']?.(call, { args: {} });
    }
  });

  it('never fails on events of a form that it does not know', async () => {
    launch('');
    const hooks = await load();
    for (const event of [
      {},
      { type: 'session.created' },
      { type: 'message.updated', properties: { info: null } },
      undefined,
    ]) {
      await hooks.event?.({ event });
    }
    await hooks['chat.message']?.(undefined);
    await hooks['shell.env']?.({}, undefined);
  });

  it('names the parent of a child, and hands on the id of the registry', async () => {
    const log = launch(`echo '{"session":"agent-7"}'`);
    const hooks = await load();
    await hooks.event?.({
      event: {
        type: 'session.created',
        properties: { info: { id: 'ses_2', parentID: 'ses_1', title: 'x' } },
      },
    });
    await eventually('the hook is told', () => told(log).length === 1);
    deepEqual(told(log)[0], {
      harness: 'opencode',
      event: 'session.created',
      cwd: '/repo',
      sessionID: 'ses_2',
      parentID: 'ses_1',
    });
    await eventually('the answer is known', async () => {
      const output: { env: Record<string, string> } = { env: {} };
      await hooks['shell.env']?.({ cwd: '/repo', sessionID: 'ses_2' }, output);
      return output.env.HEDDLE_AGENTS_SESSION === 'agent-7';
    });
  });

  it('tells with a prompt which model is asked, also where the person has chosen none', async () => {
    const log = launch('');
    const hooks = await load();
    const [chosen, usual] = ['opus', 'sonnet'].map((modelID) => ({
      providerID: 'anthropic',
      modelID,
    }));
    const message = { agent: 'build', model: usual };
    await hooks['chat.message']?.({ sessionID: 'ses_1' }, { message });
    await hooks['chat.message']?.({ sessionID: 'ses_1', model: chosen }, { message });
    await eventually('the hook is told twice', () => told(log).length === 2);
    deepEqual(
      told(log).map(({ agent, model }) => [agent, model]),
      [
        ['build', usual],
        ['build', chosen],
      ],
    );
  });

  it('adds up what the answers of a session have used, each by its newest figures', async () => {
    const log = launch('');
    const hooks = await load();
    const answer = (id: string, input: number, completed?: number): object => ({
      event: {
        type: 'message.updated',
        properties: {
          info: {
            id,
            role: 'assistant',
            sessionID: 'ses_1',
            providerID: 'anthropic',
            modelID: 'opus',
            mode: 'build',
            cost: 0.5,
            tokens: { input, output: 2, reasoning: 3, cache: { read: 4, write: 5 } },
            time: { created: 1, completed },
          },
        },
      },
    });
    for (const event of [
      answer('m1', 1),
      answer('m1', 10, 2),
      answer('m1', 10, 2),
      answer('m2', 20, 3),
    ]) {
      await hooks.event?.(event);
    }
    await eventually('the hook is told twice', () => told(log).length === 2);
    const last = told(log)[1];
    equal(last?.event, 'usage');
    deepEqual(last.model, { providerID: 'anthropic', modelID: 'opus' });
    deepEqual(last.usage, {
      inputTokens: 30,
      outputTokens: 4,
      reasoningTokens: 6,
      cacheReadTokens: 8,
      cacheWriteTokens: 10,
      costUsd: 1,
      contextTokens: 31,
    });
  });

  it('tells the end of each session when OpenCode is done, and lets it wait until all is told', async () => {
    const log = launch('sleep 0.1');
    const hooks = await load();
    const of = (type: string, id: string, parentID?: string): object => ({
      event: { type, properties: { info: { id, parentID } } },
    });
    await hooks.event?.(of('session.created', 'ses_1'));
    await hooks.event?.(of('session.created', 'ses_2', 'ses_1'));
    await hooks.event?.(of('session.deleted', 'ses_2'));
    await hooks.event?.(of('session.updated', 'ses_3'));
    await hooks.dispose?.(undefined);
    deepEqual(
      told(log).map(({ event, sessionID, parentID }) => [event, sessionID, parentID]),
      [
        ['session.created', 'ses_1', undefined],
        ['session.created', 'ses_2', 'ses_1'],
        ['session.deleted', 'ses_2', 'ses_1'],
        ['dispose', 'ses_1', undefined],
      ],
    );
  });

  it('is known as ours in another version, and a file of others is left alone', () => {
    equal(openCodeRecipe.state(openCodePlugin).kind, 'current');
    const older = `${openCodePlugin.split('\n')[0] ?? ''}\n`;
    equal(openCodeRecipe.state(older).kind, 'older');
    deepEqual(openCodeRecipe.disconnected(older, undefined), { kind: 'text', text: undefined });
    equal(openCodeRecipe.connected('export const Mine = 1').kind, 'problem');
    equal(openCodeRecipe.state('export const Mine = 1').kind, 'none');
  });
});
