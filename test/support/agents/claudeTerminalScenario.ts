import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

import { eventually } from '../eventually.ts';
import { isTail, untilEvents, withShell } from './claudeScenarioSteps.ts';
import { startClaudeTerminal, type ClaudeTerminal } from './claudeTerminal.ts';
import type { ClaudeWorld } from './claudeWorld.ts';
import type { ModelGate } from './modelGate.ts';

/** What a person does in a terminal, and above all Esc, which no hook tells of. */
export async function runTerminal(
  world: ClaudeWorld,
  { gate }: { readonly gate: ModelGate },
): Promise<void> {
  const claude = startClaudeTerminal({ ...withShell(world), permissionMode: 'default' });
  try {
    await goThrough(claude, { world, gate });
  } finally {
    await claude.stop();
  }
}

async function goThrough(
  claude: ClaudeTerminal,
  place: { readonly world: ClaudeWorld; readonly gate: ModelGate },
): Promise<void> {
  const { world, gate } = place;
  await untilEvents(world, { event: 'SessionStart', count: 1 });
  await eventually('it waits for a prompt', () => claude.screen().includes('❯'));
  await delay(settleMs);
  await claude.submit('write it');
  await untilEvents(world, { event: 'Notification', count: 1 });
  claude.pressEscape();
  await untilMarks(world, 1);

  await claude.submit('watch it');
  await untilEvents(world, { event: 'PreToolUse', count: 2 });
  await eventually('the shell command runs', () => claude.processes().some(isTail));
  claude.pressEscape();
  await untilMarks(world, 2);

  await claude.submit('think hard');
  await eventually('the model is asked', () =>
    world.model.asked.some(({ userTexts }) =>
      userTexts.some(({ text, answersSince }) => answersSince === 0 && text.includes('think hard')),
    ),
  );
  claude.pressEscape();
  gate.open();
  await delay(settleMs);
  await claude.submit('go on');
  await untilEvents(world, { event: 'Stop', count: 1 });
  await untilEvents(world, { event: 'Notification', count: 2 });
  await claude.submit('/exit');
  await claude.exit;
}

/** Nothing says that it takes keys, nor that it has taken an Esc before any answer. */
const settleMs = 2000;

/** Waits for the marks that an interrupted turn leaves in the transcript. */
async function untilMarks(world: ClaudeWorld, count: number): Promise<void> {
  const path = world.calls()[0]?.payload.transcript_path;
  if (path === undefined) throw new Error('no hook was called');
  await eventually(`the transcript has ${count} marks of an interrupt`, () => {
    const marks = readFileSync(path, 'utf8').split('"[Request interrupted by user').length - 1;
    return marks >= count;
  });
}
