import { deepEqual, equal, match } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { delimiter, dirname } from 'node:path';

import { AcpWorld } from '../../support/agents/acp/acpWorld.ts';
import { ensureClaudeAcp } from '../../support/agents/acp/claudeAcp.ts';
import { claudeCodeEnvironment } from '../../support/agents/claudeCode.ts';
import {
  startScriptedClaudeModel,
  stepsByPrompt,
  type ScriptedClaudeModel,
} from '../../support/agents/scriptedClaudeModel.ts';
import { cliPath } from '../../support/cliPath.ts';
import { eventually } from '../../support/eventually.ts';
import { edit, read } from '../agents/support/claudeSteps.ts';
import { ended } from '../cli/spawnCli.ts';

interface SessionRecord {
  readonly session_id: string;
  readonly state: string;
  readonly entry_session_id: string | null;
  readonly pause: {
    readonly prompts: readonly {
      readonly query_id: string;
      readonly options: readonly { readonly id: string; readonly kind: string }[];
    }[];
  } | null;
  readonly outcome: { readonly state: string; readonly code?: string } | null;
}

describe('the real Claude Code in a session of the command line', () => {
  let world: AcpWorld;
  let program: string;
  let model: ScriptedClaudeModel;

  before(async () => {
    program = await ensureClaudeAcp();
  });
  beforeEach(async () => {
    world = await AcpWorld.make({ 'a.txt': 'one\n' });
    const file = world.path('a.txt');
    const steps = [read(file), edit(file, 'one', 'ONE'), { text: 'Edited.' }];
    model = await startScriptedClaudeModel(
      stepsByPrompt({ 'do it': steps, 'and again': [{ text: 'Done before.' }] }),
    );
  });
  afterEach(async () => {
    await world.end();
    await model.stop();
  });

  async function session(
    ...args: readonly string[]
  ): Promise<{ readonly code: number | null; readonly record: SessionRecord }> {
    const { home } = world;
    const env = {
      ...claudeCodeEnvironment({ home, modelUrl: model.url }),
      PATH: [dirname(program), dirname(process.execPath), process.env.PATH].join(delimiter),
      ...{ HOME: home, USERPROFILE: home, TMPDIR: home },
    };
    const all = [cliPath(), 'session', ...args, '--json'];
    const { code, stdout, stderr } = await ended(
      spawn(process.execPath, all, { cwd: world.repo, env }),
    );
    equal(stderr, '');
    return { code, record: JSON.parse(stdout) as SessionRecord };
  }

  async function asked(id: string): Promise<SessionRecord> {
    let record: SessionRecord | undefined;
    await eventually('it asks', async () => {
      // Each look is a process of its own.
      await new Promise((resolve) => setTimeout(resolve, 500));
      ({ record } = await session('show', id));
      return record.pause !== null;
    });
    return record ?? Promise.reject(new Error('it does not ask'));
  }

  it('is started, asks, is answered, edits, and goes on with what it knows', async () => {
    const started = await session('start', '--agent', 'claude', '--prompt', 'do it', '--detach');
    const id = started.record.session_id;
    deepEqual([started.code, started.record.outcome], [0, null]);
    const [prompt] = (await asked(id)).pause?.prompts ?? [];
    const once = prompt?.options.find(({ kind }) => kind === 'allow-once');
    equal((await session('answer', id, '--option', once?.id ?? '')).code, 0);
    const { code, record } = await session('wait', id);
    deepEqual([code, record.state], [0, 'done']);
    equal(world.read('a.txt'), 'ONE\n');
    const { sessionId } = await world.entry();
    equal(record.entry_session_id, sessionId);

    const again = ['--agent', 'claude', '--resume', id, '--prompt', 'and again', '--detach'];
    const next = await session('start', ...again);
    equal((await session('wait', next.record.session_id)).record.state, 'done');
    const told = JSON.stringify(model.asked.at(-1));
    match(told, /and again/);
  });

  it('is cancelled while it asks, and nothing is changed', async () => {
    const { record } = await session('start', '--agent', 'claude', '--prompt', 'do it', '--detach');
    await asked(record.session_id);
    const cancel = ['cancel', record.session_id, '--reason', 'not now'];
    equal((await session(...cancel)).code, 0);
    const { code, record: last } = await session('wait', record.session_id);
    deepEqual([code, last.state, last.outcome?.code], [1, 'cancelled', 'user']);
    equal(world.read('a.txt'), 'one\n');
    deepEqual(await world.held(), []);
  });
});
