import type { AnswerTool } from '../presentation/toolAnswers/toolCall.ts';
import { listAgentsAnswer } from '../presentation/toolAnswers/listAgentsAnswer.ts';
import { listLocksAnswer } from '../presentation/toolAnswers/listLocksAnswer.ts';
import { lockFilesAnswer } from '../presentation/toolAnswers/lockFilesAnswer.ts';
import { mayEditAnswer } from '../presentation/toolAnswers/mayEditAnswer.ts';
import { releaseThreadAnswer } from '../presentation/toolAnswers/releaseThreadAnswer.ts';
import { reserveThreadAnswer } from '../presentation/toolAnswers/reserveThreadAnswer.ts';
import { toolSchemas, type ToolSchema } from '../presentation/toolAnswers/toolSchemas.ts';
import { unlockFilesAnswer } from '../presentation/toolAnswers/unlockFilesAnswer.ts';
import { waitForFilesAnswer } from '../presentation/toolAnswers/waitForFilesAnswer.ts';

/** What a call changes, so that it is asked for first. */
export type ToolEffect = 'nothing' | 'lock' | 'unlock' | 'wait' | 'reserve' | 'release';

export interface LanguageModelToolEntry {
  readonly effect: ToolEffect;
  readonly answer: AnswerTool;
  /** As the manifest declares it. */
  readonly inputSchema: ToolSchema;
}

const folder = {
  type: 'string',
  description:
    'The name or the path of the workspace folder, where several repositories are open and no path tells which one is meant.',
  minLength: 1,
  maxLength: 4096,
};

/** The tools for language models by name. The manifest is compared with it by a test. */
export const languageModelTools = {
  heddle_list_agents: entry('nothing', listAgentsAnswer, toolSchemas.list_agents),
  heddle_list_locks: entry('nothing', listLocksAnswer, toolSchemas.list_locks),
  heddle_may_edit: entry('nothing', mayEditAnswer, toolSchemas.may_i_edit),
  heddle_lock_files: entry('lock', lockFilesAnswer, toolSchemas.lock_files),
  heddle_unlock_files: entry('unlock', unlockFilesAnswer, toolSchemas.unlock_files),
  heddle_wait_for_files: entry('wait', waitForFilesAnswer, toolSchemas.wait_for_files),
  heddle_reserve_thread: entry('reserve', reserveThreadAnswer, toolSchemas.reserve_thread),
  heddle_release_thread: entry('release', releaseThreadAnswer, toolSchemas.release_thread),
} as const satisfies Readonly<Record<string, LanguageModelToolEntry>>;

export type LanguageModelToolName = keyof typeof languageModelTools;

/** Who calls is known here; which folder is meant may not be. */
function entry(
  effect: ToolEffect,
  answer: AnswerTool,
  { properties, ...schema }: ToolSchema,
): LanguageModelToolEntry {
  const known = Object.entries(properties).filter(([name]) => name !== 'agent');
  const inputSchema = { ...schema, properties: { ...Object.fromEntries(known), folder } };
  return { effect, answer, inputSchema };
}
