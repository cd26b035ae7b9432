import type { RecordedSession } from '../../core/sessions/recoverSession.ts';
import { inEnglish, type Translate } from '../agentWording.ts';
import { toPlainLine } from '../plainText.ts';
import { questionLine, shownQuestion } from './shownQuestion.ts';
import type { Doing, SessionDigest } from './sessionDigest.ts';
import { cancelSentence, endSentence, stopSentence } from './sessionWords.ts';
import { toolText } from './shownTool.ts';

const maxLength = 160;

/**
 * What a session is at, in one line: what it asks, how it ended, the tool that it uses, the step of its
 * plan, or what it does else.
 */
export function stepText(
  { state }: Pick<RecordedSession, 'state'>,
  digest: SessionDigest,
  t: Translate = inEnglish,
): string {
  return toPlainLine(stepWords(state, digest, t), maxLength);
}

function stepWords(state: RecordedSession['state'], digest: SessionDigest, t: Translate): string {
  switch (state.state) {
    case 'paused': {
      const [first, ...others] = state.pause.prompts;
      if (first === undefined) return t('asks something');
      const line = questionLine(shownQuestion(first, digest.cwd), t);
      return others.length === 0 ? line : t('{0} and {1} more', line, others.length);
    }
    case 'running':
      if (digest.cancelReason) return cancelSentence(digest.cancelReason, t);
      return workText(digest, t);
    case 'done':
      return stopSentence(state.result.stopReason, t) ?? (firstLine(digest) || t('It is done.'));
    default:
      return endSentence(state, t) ?? '';
  }
}

/** What an agent that runs is at. */
function workText({ openTools, plan, doing }: SessionDigest, t: Translate): string {
  const tool = openTools.at(-1);
  if (tool) return toolText(tool, t);
  return plan?.current ?? doingText(doing, t);
}

function doingText(doing: Doing, t: Translate): string {
  switch (doing) {
    case 'starting':
      return t('starting');
    case 'thinking':
      return t('thinking');
    case 'writing':
      return t('writing');
    case 'working':
      return t('working');
  }
}

function firstLine({ lastMessage }: SessionDigest): string {
  return lastMessage.text.split('\n').find((line) => line.trim() !== '') ?? '';
}
