import { createInterface, type Interface } from 'node:readline';
import type { Disposable } from '../base/lifecycle.ts';
import type { PauseInfo, PausePrompt } from '../core/sessions/pause.ts';
import type { QueryAnswer, QueryResponse } from '../core/sessions/resumePayload.ts';
import { fieldValue, formFields, type FormField } from '../presentation/sessions/questionForm.ts';
import type { Output } from './output.ts';
import { optionMeant } from './sessionAnswers.ts';

/** Answers as a person types them, a line each. What was typed before a question counts for nothing. */
export class TerminalAnswers implements Disposable {
  private lines: Interface | undefined;
  private isEnded = false;

  constructor(
    private readonly input: () => NodeJS.ReadableStream,
    private readonly output: Pick<Output, 'lines'>,
  ) {}

  /**
   * Asks all prompts of a pause, which were printed before. Undefined when the input has ended, or when
   * the signal says that the answers are not wanted any more.
   */
  async ask(
    { prompts }: PauseInfo,
    signal: AbortSignal,
  ): Promise<readonly QueryResponse[] | undefined> {
    const responses: QueryResponse[] = [];
    for (const prompt of prompts) {
      const response = await this.answer(prompt, signal);
      if (response === undefined) return undefined;
      responses.push({ queryId: prompt.queryId, response });
    }
    return responses;
  }

  dispose(): void {
    this.isEnded = true;
    this.lines?.close();
    this.lines = undefined;
  }

  private async answer(prompt: PausePrompt, signal: AbortSignal): Promise<QueryAnswer | undefined> {
    const { options, subject } = prompt;
    const fields = subject?.kind === 'form' ? formFields(subject.schema) : [];
    if (fields.length > 0) return this.form(fields, signal);
    if (options === undefined) return this.text(signal);
    return this.choice(prompt, signal);
  }

  private async choice(prompt: PausePrompt, signal: AbortSignal): Promise<QueryAnswer | undefined> {
    const count = prompt.options?.length ?? 0;
    const numbers = count === 1 ? '1' : `a number from 1 to ${count}`;
    for (;;) {
      const line = await this.line(`Type ${numbers}, or d to decline, and Enter.`, signal);
      if (line === undefined) return undefined;
      const optionId = optionMeant(prompt, line);
      if (optionId !== undefined) return { kind: 'option', optionId };
      if (isDecline(line)) return { kind: 'declined' };
    }
  }

  private async text(signal: AbortSignal): Promise<QueryAnswer | undefined> {
    const line = await this.line('Type your answer, or nothing to decline, and Enter.', signal);
    if (line === undefined) return undefined;
    return line.trim() === '' ? { kind: 'declined' } : { kind: 'text', text: line };
  }

  private async form(
    fields: readonly FormField[],
    signal: AbortSignal,
  ): Promise<QueryAnswer | undefined> {
    const values: (readonly [string, unknown])[] = [];
    for (const field of fields) {
      const value = await this.field(field, signal);
      if (value === undefined) return undefined;
      if (value === 'declined') return { kind: 'declined' };
      if (value !== 'empty') values.push([field.name, value.taken]);
    }
    return { kind: 'form', values: Object.fromEntries(values) };
  }

  private async field(
    field: FormField,
    signal: AbortSignal,
  ): Promise<{ readonly taken: unknown } | 'empty' | 'declined' | undefined> {
    const { label, isRequired, preset } = field;
    const known = preset === undefined ? '' : ` [${preset}]`;
    for (;;) {
      const line = await this.line(`${label}${known}:`, signal);
      if (line === undefined) return undefined;
      const typed = line === '' ? preset : line;
      if (typed === undefined && !isRequired) return 'empty';
      if (typed === undefined) {
        this.output.lines(['This field is required.']);
        continue;
      }
      const taken = fieldValue(field, typed);
      if (taken !== undefined) return { taken };
      if (isDecline(line)) return 'declined';
      this.output.lines(['The field does not take this.']);
    }
  }

  /** The next line that is typed. */
  private line(hint: string, signal: AbortSignal): Promise<string | undefined> {
    if (this.isEnded || signal.aborted) return Promise.resolve(undefined);
    this.output.lines([[{ text: hint, tone: 'faint' }]]);
    const lines = this.open();
    return new Promise((resolve) => {
      const finish = (line: string | undefined): void => {
        lines.off('line', finish);
        lines.off('close', end);
        signal.removeEventListener('abort', end);
        resolve(line);
      };
      const end = (): void => finish(undefined);
      lines.on('line', finish);
      lines.on('close', end);
      signal.addEventListener('abort', end, { once: true });
    });
  }

  private open(): Interface {
    if (this.lines) return this.lines;
    const lines = createInterface({ input: this.input(), terminal: false });
    lines.once('close', () => (this.isEnded = true));
    this.lines = lines;
    return lines;
  }
}

function isDecline(line: string): boolean {
  return ['d', 'decline'].includes(line.trim().toLowerCase());
}
