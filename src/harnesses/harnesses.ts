import type { HarnessId } from '../core/harness/harnessEvent.ts';
import { claudeCode } from './claudeCode.ts';
import { codex } from './codex.ts';
import { copilotCli } from './copilotCli.ts';
import { cursor } from './cursor.ts';
import { geminiCli } from './geminiCli.ts';
import type { Harness } from './harness.ts';
import { openCode } from './openCode.ts';
import { vscodeCopilot } from './vscodeCopilot.ts';

/** Every coding agent that is understood, in the order in which they are shown. */
export const allHarnesses: readonly Harness[] = [
  claudeCode,
  codex,
  geminiCli,
  openCode,
  cursor,
  vscodeCopilot,
  copilotCli,
];

export function harnessById(id: HarnessId): Harness {
  const found = allHarnesses.find((harness) => harness.id === id);
  if (found === undefined) throw new Error(`There is no harness named ${id}.`);
  return found;
}
