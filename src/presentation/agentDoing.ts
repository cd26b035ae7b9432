import type { AgentNow } from '../core/harness/agentNow.ts';
import type { WaitReason } from '../core/harness/harnessEvent.ts';
import type { RunningTool } from '../core/harness/sessionAgent.ts';
import { inEnglish, type Translate } from './agentWording.ts';
import { toPlainLine } from './plainText.ts';

/** Longest path in a row, and longest name of a tool. */
const maxPathLength = 48;
const maxToolLength = 40;

/** `editing src/app.ts`, `running a command`, the name of a tool; undefined while it uses none. */
export function toolWords(
  tool: RunningTool | undefined,
  t: Translate = inEnglish,
): string | undefined {
  if (tool === undefined) return undefined;
  switch (tool.does) {
    case 'edit':
      return withPaths(tool, t('editing a file'), (path) => t('editing {0}', path), t);
    case 'read':
      return withPaths(tool, t('reading a file'), (path) => t('reading {0}', path), t);
    case 'shell':
      return t('running a command');
    default: {
      const name = toPlainLine(tool.name, maxToolLength);
      return name === '' ? undefined : name;
    }
  }
}

function withPaths(
  { paths }: RunningTool,
  without: string,
  withPath: (path: string) => string,
  t: Translate,
): string {
  const [first, ...others] = paths;
  if (first === undefined) return without;
  const words = withPath(pathEnd(first));
  return others.length === 0 ? words : t('{0} and {1} more', words, others.length);
}

/** A path in one line; the end of a long one, which names the file: `…/checkout/total.ts`. */
export function pathEnd(path: string, maxLength = maxPathLength): string {
  const line = toPlainLine(path, 4096);
  if (line.length <= maxLength) return line;
  const from = line.indexOf('/', line.length - maxLength + 1);
  return from === -1
    ? toPlainLine(line.slice(line.lastIndexOf('/') + 1), maxLength)
    : `…${line.slice(from)}`;
}

/** What a waiting agent wants of the person. */
export function waitWord(
  reason: WaitReason | undefined,
  t: Translate = inEnglish,
): string | undefined {
  switch (reason) {
    case 'permission':
      return t('permission');
    case 'question':
      return t('question');
    default:
      return undefined;
  }
}

/** What an agent is in the middle of, in the words of its row. */
export function doingWords(now: AgentNow, t: Translate = inEnglish): string {
  switch (now.phase) {
    case 'working':
      return toolWords(now.tool, t) ?? t('working');
    case 'waiting': {
      const reason = waitWord(now.waitsFor?.reason, t);
      return reason === undefined ? t('waiting for you') : t('waiting for you · {0}', reason);
    }
    case 'idle':
      return t('idle');
    case 'quiet':
      return t('quiet');
    case 'ended':
      return t('ended');
  }
}

/** One sentence that explains what `doingWords` says; undefined where there is nothing to explain. */
export function doingSentence(
  { phase, waitsFor }: AgentNow,
  t: Translate = inEnglish,
): string | undefined {
  switch (phase) {
    case 'working':
      return undefined;
    case 'waiting':
      return waitsFor?.reason === 'question'
        ? t('It asks you a question and cannot go on.')
        : t('It asks for your permission and cannot go on.');
    case 'idle':
      return t('Its turn is over; it waits for the next prompt.');
    case 'quiet':
      return t('It was at work, but nothing was heard of it for long.');
    case 'ended':
      return t('Its session has ended.');
  }
}

/** Since when the row tells it: the call that goes on, else the phase. */
export function doingSinceMs({ phase, tool, sinceMs }: AgentNow): number {
  return phase === 'working' && tool !== undefined ? tool.sinceMs : sinceMs;
}
