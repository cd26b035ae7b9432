import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { eventually } from '../eventually.ts';
import type { HookAnswer } from './claudeWorld.ts';
import type { ModelGate } from './modelGate.ts';
import { runOpenCodeOnce, startOpenCodeServer } from './openCode.ts';
import type { OpenCodeWorld, PluginCall } from './openCodeWorld.ts';
import { callTool, type ModelStep } from './scriptedClaudeModel.ts';

interface Place {
  readonly repo: string;
  readonly gate: ModelGate;
  /** The events that the product's plugin has told so far. */
  readonly told: () => readonly string[];
}

/** One recorded run of OpenCode. */
export interface OpenCodeScenario {
  readonly name: string;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly answers?: readonly HookAnswer[];
  readonly plan: (place: Place) => Readonly<Record<string, readonly ModelStep[]>>;
  readonly run: (world: OpenCodeWorld, place: Place) => Promise<void>;
}

export const openCodeFiles = { 'a.txt': 'one\ntwo\nthree\n' };

/** The `edit` tool on `a.txt`, which must have been read before. */
export function openCodeEdit(repo: string): ModelStep {
  return callTool('edit', { filePath: join(repo, 'a.txt'), oldString: 'two', newString: 'TWO' });
}

export function openCodeRead(repo: string): ModelStep {
  return callTool('read', { filePath: join(repo, 'a.txt') });
}

async function runOnce(world: OpenCodeWorld, args: readonly string[] = []): Promise<void> {
  const openCode = runOpenCodeOnce('Do the work', { ...world.options, args });
  const { code } = await openCode.exit;
  assert.equal(code, 0, openCode.stderr());
}

const manyFilesPatch = `*** Begin Patch
*** Update File: a.txt
@@
 one
-two
+TWO
 three
*** Add File: new folder/new file.txt
+hello
*** End Patch
`;

/** A name that OpenCode takes for a GPT, which it gives `apply_patch` instead of `edit`. */
const patchingModel = 'gpt-5-scripted';

const refusal = 'a.txt is held by another agent.';

/** The file is as it was, and the model was told why. */
function provesRefusal(world: OpenCodeWorld): void {
  assert.equal(readFileSync(join(world.repo, 'a.txt'), 'utf8'), 'one\ntwo\nthree\n');
  const told =
    world.model.asked
      .at(-1)
      ?.toolResults.map(({ text }) => text)
      .join() ?? '';
  assert.ok(told.includes(refusal), told);
}

export const openCodeScenarios: readonly OpenCodeScenario[] = [
  {
    name: 'work',
    plan: ({ repo }) => ({
      'Do the work': [
        openCodeRead(repo),
        openCodeEdit(repo),
        callTool('write', { filePath: join(repo, 'new folder/b.txt'), content: 'hello\n' }),
        callTool('bash', {
          command: 'echo shell >> a.txt; env | grep OPENCODE | sort',
          description: 'Appends a line',
        }),
        { text: 'Done.', usage: { input_tokens: 300, cache_read_input_tokens: 200 } },
      ],
    }),
    run: (world) => runOnce(world),
  },
  {
    name: 'refused',
    answers: [
      {
        event: 'tool.execute.before',
        tool: 'edit',
        exit: 2,
        stderr: refusal,
      },
    ],
    plan: ({ repo }) => ({
      'Do the work': [openCodeRead(repo), openCodeEdit(repo), { text: 'Refused.' }],
    }),
    run: async (world) => {
      await runOnce(world);
      provesRefusal(world);
    },
  },
  {
    name: 'subagent',
    plan: ({ repo }) => ({
      'Change the file': [openCodeRead(repo), openCodeEdit(repo), { text: 'Changed.' }],
      'Do the work': [
        callTool('task', {
          description: 'Change a file',
          prompt: 'Change the file',
          subagent_type: 'general',
        }),
        { text: 'Done.' },
      ],
    }),
    run: (world) => runOnce(world),
  },
  {
    name: 'patch',
    config: { enabled_providers: ['anthropic'] },
    plan: () => ({
      'Do the work': [callTool('apply_patch', { patchText: manyFilesPatch }), { text: 'Done.' }],
    }),
    run: (world) => runOnce(world, ['--model', `anthropic/${patchingModel}`]),
  },
  {
    name: 'server',
    config: { permission: { edit: 'ask' } },
    plan: ({ repo, gate }) => ({
      'Be slow': [{ text: 'Never.', gate }],
      'Do the work': [
        callTool('write', { filePath: join(repo, 'b.txt'), content: 'hello\n' }),
        { text: 'Done.' },
      ],
    }),
    run: askAbortDelete,
  },
];

/** The patching model is no one of OpenCode's own catalogue. */
export function withPatchingModel(modelUrl: string): Readonly<Record<string, unknown>> {
  return {
    provider: {
      anthropic: {
        options: { baseURL: `${modelUrl}/v1`, apiKey: 'scripted' },
        models: { [patchingModel]: { name: 'Patching' } },
      },
    },
  };
}

/** A person allows one edit, breaks the next turn off, and deletes the session. */
async function askAbortDelete(world: OpenCodeWorld, { gate, told }: Place): Promise<void> {
  const server = startOpenCodeServer(world.options);
  const address = (): string | undefined =>
    /http:\/\/127\.0\.0\.1:\d+/.exec(JSON.stringify(server.lines))?.[0];
  const called = (type: string): PluginCall | undefined =>
    world.pluginCalls().find((call) => call.hook_event_name === type);
  const send = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const headers = { 'content-type': 'application/json' };
    const init = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`${address() ?? ''}${path}`, { method, headers, ...init });
    return await response.json();
  };
  try {
    await eventually('it listens', () => address() !== undefined);
    const { id } = (await send('POST', '/session', {})) as { readonly id: string };
    const say = async (text: string): Promise<unknown> =>
      await send('POST', `/session/${id}/message`, { parts: [{ type: 'text', text }] });

    const first = say('Do the work');
    await eventually('it asks', () => called('permission.asked') !== undefined);
    const asked = called('permission.asked')?.event?.properties.id as string;
    await send('POST', `/permission/${asked}/reply`, { reply: 'once' });
    await first;

    const second = say('Be slow');
    await gate.arrived;
    await send('POST', `/session/${id}/abort`);
    await second;
    await send('DELETE', `/session/${id}`);
    await eventually('the end is told', () => told().includes('session.deleted'));
  } finally {
    await server.stop();
  }
}
