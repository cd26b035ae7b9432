import * as vscode from 'vscode';
import type { PauseInfo } from '../../../core/sessions/pause.ts';
import type {
  QueryAnswer,
  QueryResponse,
  ResumePayload,
} from '../../../core/sessions/resumePayload.ts';
import { toPickText, toPlainLine } from '../../../presentation/plainText.ts';
import { fieldValue, type FormField } from '../../../presentation/sessions/questionForm.ts';
import {
  optionHint,
  questionLine,
  shownQuestion,
  type ShownQuestion,
} from '../../../presentation/sessions/shownQuestion.ts';
import { filesOf } from '../../../presentation/sessions/shownTool.ts';
import { askChoice, askText, type StepPlace } from '../../commands/multiStepInput.ts';

/** Asks the person all that a session asks; undefined when they gave up. */
export async function askAnswers(
  { kind, prompts }: PauseInfo,
  { title, cwd }: { readonly title: string; readonly cwd: string },
): Promise<ResumePayload | undefined> {
  const responses: QueryResponse[] = [];
  for (const [i, prompt] of prompts.entries()) {
    const place = { step: i + 1, totalSteps: prompts.length };
    const question = shownQuestion(prompt, cwd);
    const response = await askOne(question, { title, place });
    if (response === undefined) return undefined;
    responses.push({ queryId: prompt.queryId, response });
  }
  const [first] = responses;
  return kind === 'single' && first ? { kind, ...first } : { kind: 'batch', responses };
}

interface Asking {
  readonly title: string;
  readonly place: StepPlace;
}

async function askOne(question: ShownQuestion, asking: Asking): Promise<QueryAnswer | undefined> {
  const { t } = vscode.l10n;
  if (question.options) return askOption(question, asking);
  if (question.fields && question.fields.length > 0) return askForm(question.fields, asking);
  const line = questionLine(question, t);
  const answer = await askText(
    { title: asking.title, prompt: line, placeholder: '', value: '', problemOf: () => undefined },
    asking.place,
  );
  return typeof answer === 'object' ? { kind: 'text', text: answer.text } : undefined;
}

interface AnswerItem extends vscode.QuickPickItem {
  readonly answer: QueryAnswer;
}

async function askOption(
  question: ShownQuestion,
  { title, place }: Asking,
): Promise<QueryAnswer | undefined> {
  const { t } = vscode.l10n;
  const items = (question.options ?? []).map(({ id, label, kind }): AnswerItem => ({
    label: toPickText(label),
    description: optionHint(kind, t) ?? '',
    answer: { kind: 'option', optionId: id },
  }));
  const decline: AnswerItem = { label: t('Decline to Answer'), answer: { kind: 'declined' } };
  const files = question.tool ? filesOf(question.tool).map(({ shown }) => shown) : [];
  const asked = toPlainLine([questionLine(question, t), ...files.slice(0, 3)].join(' · '), 200);
  const chosen = await askChoice(
    { title: toPlainLine(title, 80), placeholder: asked, items: [...items, decline] },
    place,
  );
  return typeof chosen === 'object' ? chosen.answer : undefined;
}

async function askForm(
  fields: readonly FormField[],
  asking: Asking,
): Promise<QueryAnswer | undefined> {
  const values: [string, unknown][] = [];
  for (const field of fields) {
    const typed = await askField(field, asking);
    if (typed === undefined) return undefined;
    if (typed === '' && !field.isRequired) continue;
    values.push([field.name, fieldValue(field, typed)]);
  }
  return { kind: 'form', values: Object.fromEntries(values) };
}

async function askField(field: FormField, { title, place }: Asking): Promise<string | undefined> {
  const { t } = vscode.l10n;
  const choices =
    field.type === 'flag'
      ? [
          { value: 'true', label: t('Yes') },
          { value: 'false', label: t('No') },
        ]
      : field.choices;
  if (field.type === 'flag' || field.type === 'choice') {
    const items = choices.map(({ value, label }) => ({ label: toPickText(label), value }));
    const chosen = await askChoice({ title, placeholder: field.label, items }, place);
    return typeof chosen === 'object' ? chosen.value : undefined;
  }
  const known = field.choices.map(({ value }) => value).join(', ');
  const about = [field.label, field.description, known].filter((part) => part);
  const answer = await askText(
    {
      ...{ title, placeholder: '', value: field.preset ?? '' },
      prompt: toPlainLine(about.join(' · '), 300),
      problemOf: (text) => fieldProblem(field, text),
    },
    place,
  );
  return typeof answer === 'object' ? answer.text : undefined;
}

function fieldProblem(field: FormField, text: string): string | undefined {
  const { t } = vscode.l10n;
  if (text === '') return field.isRequired ? t('This is required.') : undefined;
  return fieldValue(field, text) === undefined ? t('The field does not take this.') : undefined;
}
