import type { PauseInfo, PausePrompt } from '../core/sessions/pause.ts';
import type { QueryAnswer, QueryResponse, ResumePayload } from '../core/sessions/resumePayload.ts';
import { fieldValue, formFields } from '../presentation/sessions/questionForm.ts';
import { toPlainLine } from '../presentation/plainText.ts';
import type { FormFieldFlag } from './sessionFlags.ts';
import { UsageError } from './usageError.ts';

/** Answers to a pause, in its kind. */
export function payloadOf(
  { kind }: Pick<PauseInfo, 'kind'>,
  responses: readonly QueryResponse[],
): ResumePayload {
  const [first] = responses;
  return kind === 'single' && first ? { kind, ...first } : { kind: 'batch', responses };
}

/** The option that somebody means by its id, its number or its text; undefined for none. */
export function optionMeant({ options = [] }: PausePrompt, text: string): string | undefined {
  const trimmed = text.trim();
  const numbered = /^\d{1,4}$/.test(trimmed) ? options[Number(trimmed) - 1] : undefined;
  const found =
    options.find(({ id }) => id === text) ??
    numbered ??
    options.find(({ label }) => label.trim().toLowerCase() === trimmed.toLowerCase());
  return found?.id;
}

/** The fields of a form as they were typed. @throws UsageError that names the field */
export function formAnswer(
  { subject }: PausePrompt,
  typed: readonly FormFieldFlag[],
): Extract<QueryAnswer, { kind: 'form' }> {
  const fields = subject?.kind === 'form' ? formFields(subject.schema) : [];
  if (fields.length === 0) {
    throw new UsageError('This question has no form. Answer with --option or --text.');
  }
  const values = typed.map(({ name, value }): readonly [string, unknown] => {
    const field = fields.find((each) => each.name === name);
    const shown = toPlainLine(name, 60);
    if (field === undefined) {
      const known = fields.map((each) => toPlainLine(each.name, 60)).join(', ');
      throw new UsageError(`The form has no field "${shown}". There are: ${known}.`);
    }
    const taken = fieldValue(field, value);
    if (taken !== undefined) return [name, taken];
    throw new UsageError(`The field "${shown}" does not take "${toPlainLine(value, 60)}".`);
  });
  const missing = fields.filter(
    ({ name, isRequired }) => isRequired && !typed.some((each) => each.name === name),
  );
  if (missing.length === 0) return { kind: 'form', values: Object.fromEntries(values) };
  const names = missing.map(({ name }) => toPlainLine(name, 60)).join(', ');
  throw new UsageError(`The form needs these fields as well: ${names}.`);
}
