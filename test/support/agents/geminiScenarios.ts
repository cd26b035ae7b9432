import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { eventually } from '../eventually.ts';
import type { HookAnswer } from './claudeWorld.ts';
import { runGeminiOnce, startGeminiTerminal } from './geminiCli.ts';
import type { GeminiWorld } from './geminiWorld.ts';
import type { GeminiStep } from './scriptedGeminiModel.ts';

/** One recorded run of Gemini CLI. */
export interface GeminiScenario {
  readonly name: string;
  readonly needsTerminal?: boolean;
  readonly answers?: readonly HookAnswer[];
  readonly plan: (repo: string) => Readonly<Record<string, readonly GeminiStep[]>>;
  readonly run: (world: GeminiWorld) => Promise<void>;
}

export const geminiFiles = { 'a.txt': 'one\ntwo\nthree\n' };

/** One tool call of Gemini CLI. */
export function geminiStep(tool: string, input: Readonly<Record<string, unknown>>): GeminiStep {
  return { calls: [{ tool, input }] };
}

/** An edit of `a.txt` by the `replace` tool. */
export function replaceStep(repo: string): GeminiStep {
  return geminiStep('replace', {
    file_path: join(repo, 'a.txt'),
    old_string: 'two',
    new_string: 'TWO',
    instruction: 'Write the second word in capitals.',
  });
}

async function runOnce(world: GeminiWorld, prompt = 'Do the work'): Promise<void> {
  const gemini = runGeminiOnce(prompt, { ...world.options, relaunches: true });
  const { code } = await gemini.exit;
  assert.equal(code, 0, gemini.stderr());
}

const refusal = 'a.txt is held by another agent.';

/** The file is as it was, and the model was told why. */
function provesRefusal(world: GeminiWorld): void {
  assert.equal(readFileSync(join(world.repo, 'a.txt'), 'utf8'), 'one\ntwo\nthree\n');
  const told =
    world.model.asked
      .at(-1)
      ?.toolResults.map(({ text }) => text)
      .join() ?? '';
  assert.ok(told.includes(refusal), told);
}

export const geminiScenarios: readonly GeminiScenario[] = [
  {
    name: 'work',
    plan: (repo) => ({
      'Do the work': [
        geminiStep('read_file', { file_path: join(repo, 'a.txt') }),
        replaceStep(repo),
        geminiStep('write_file', { file_path: join(repo, 'new folder/b.txt'), content: 'hello\n' }),
        geminiStep('run_shell_command', {
          command: 'echo shell >> a.txt; env | grep GEMINI | sort',
        }),
        { text: 'Done.', usage: { prompt: 3000, cached: 1000, output: 70, thoughts: 20 } },
      ],
    }),
    run: (world) => runOnce(world),
  },
  {
    name: 'refused',
    answers: [
      {
        event: 'BeforeTool',
        stdout: JSON.stringify({ decision: 'deny', reason: refusal }),
      },
    ],
    plan: (repo) => ({ 'Do the work': [replaceStep(repo), { text: 'Refused.' }] }),
    run: async (world) => {
      await runOnce(world);
      provesRefusal(world);
    },
  },
  {
    name: 'subagent',
    plan: (repo) => ({
      'Change the file': [
        replaceStep(repo),
        geminiStep('complete_task', { result: { response: 'Changed.' } }),
      ],
      'Do the work': [
        geminiStep('invoke_agent', { agent_name: 'generalist', prompt: 'Change the file' }),
        { text: 'Done.' },
      ],
    }),
    run: (world) => runOnce(world),
  },
  {
    name: 'resume',
    plan: () => ({ 'Do the work': [{ text: 'Done.' }], 'Go on': [{ text: 'Done again.' }] }),
    run: async (world) => {
      await runOnce(world);
      const gemini = runGeminiOnce('Go on', { ...world.options, resume: 'latest' });
      assert.equal((await gemini.exit).code, 0, gemini.stderr());
    },
  },
  {
    name: 'permission',
    needsTerminal: true,
    plan: (repo) => ({ 'Do the work': [replaceStep(repo), { text: 'Done.' }] }),
    run: allowInTerminal,
  },
];

/** Answers the question with Enter, which allows it once, and ends the session. */
async function allowInTerminal(world: GeminiWorld): Promise<void> {
  const gemini = startGeminiTerminal('Do the work', { ...world.options, approvalMode: 'default' });
  const hasCome = (event: string): boolean =>
    world.calls().some(({ payload }) => payload.hook_event_name === event);
  try {
    await eventually('it asks', () => hasCome('Notification'));
    await delay(keyPauseMs); // the question is drawn after the hook has ended
    gemini.write('\r');
    await eventually('the turn ends', () => hasCome('AfterAgent'));
    await delay(keyPauseMs);
    gemini.write('\u0003');
    await delay(keyPauseMs);
    gemini.write('\u0003');
    await gemini.exit;
  } finally {
    await gemini.stop();
  }
}

const keyPauseMs = 1500;
