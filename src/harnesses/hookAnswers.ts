import { shortened } from '../core/activity/utf8.ts';
import type { HookAnswer } from './harness.ts';

/** Agents cut a text of more than 10 000 characters; this leaves room for their own words. */
const maxAnswerText = 9000;

/** An answer of one JSON object, to an agent that reads nothing but that. One line to any reader. */
export function jsonAnswer(answer: Readonly<Record<string, unknown>>): HookAnswer {
  const json = JSON.stringify(answer)
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
  return { stdout: `${json}\n`, stderr: '', exitCode: 0 };
}

/** A text as an agent takes it: not empty, as some disregard a refusal without a reason. */
export function answerText(text: string): string {
  return text.trim() === '' ? 'Refused by Heddle Agents.' : shortened(text, maxAnswerText);
}

/** The answer that Claude Code and those that took over its form obey, for one event. */
export function specificAnswer(
  eventName: string,
  output: Readonly<Record<string, unknown>>,
): HookAnswer {
  return jsonAnswer({ hookSpecificOutput: { hookEventName: eventName, ...output } });
}

export function denied(reason: string): Readonly<Record<string, unknown>> {
  return { permissionDecision: 'deny', permissionDecisionReason: answerText(reason) };
}
