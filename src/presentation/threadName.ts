import { inEnglish, type Translate } from './agentWording.ts';

/** Longest name of a thread and longest task, in UTF-16 code units. */
export const maxThreadLength = 1024;
export const maxTaskLength = 4096;

const controls = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** Why a text that a person typed cannot name a thread; undefined when it can. */
export function threadProblem(text: string, t: Translate = inEnglish): string | undefined {
  if (text.trim() === '') return t('Enter the name of a thread, for example of a branch.');
  return textProblem(text, maxThreadLength, t);
}

/** Why a text that a person typed cannot describe a task; undefined when it can. Empty is fine. */
export function taskProblem(text: string, t: Translate = inEnglish): string | undefined {
  return textProblem(text, maxTaskLength, t);
}

function textProblem(text: string, maxLength: number, t: Translate): string | undefined {
  if (controls.test(text)) return t('Control characters and line breaks cannot be used here.');
  if (text.length > maxLength) return t('At most {0} characters.', maxLength);
  return undefined;
}
