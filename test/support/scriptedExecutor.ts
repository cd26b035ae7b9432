import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { ExecutionFailure } from '../../src/core/sessions/failure.ts';
import type { PauseOption } from '../../src/core/sessions/pause.ts';
import type { QueryAnswer } from '../../src/core/sessions/resumePayload.ts';
import type { ExecutionControl, SessionExecutor } from '../../src/core/sessions/sessionExecutor.ts';
import type { EditorPort } from '../../src/core/acp/editorPort.ts';

/** What a scripted agent does, one after the other. */
export type ScriptStep =
  | { readonly do: 'tell'; readonly count: number; readonly bytes?: number }
  | { readonly do: 'ask'; readonly text: string; readonly options?: readonly PauseOption[] }
  | { readonly do: 'read-editor'; readonly path: string }
  | { readonly do: 'write-editor'; readonly path: string; readonly text: string }
  /** Goes on when there is a file of this name. */
  | { readonly do: 'await-file'; readonly path: string }
  | { readonly do: 'until-cancelled' }
  | { readonly do: 'fail'; readonly message: string };

/** The prompt that makes a scripted agent do something. */
export function scriptPrompt(steps: readonly ScriptStep[]): string {
  return JSON.stringify(steps);
}

/** An executor that does what the prompt says, and answers with what it was told. */
export function createScriptedExecutor(editor: EditorPort): SessionExecutor {
  return {
    prepare: ({ prompt }) => {
      const steps = JSON.parse(prompt) as readonly ScriptStep[];
      return Promise.resolve({
        run: async (control) => {
          const heard: unknown[] = [];
          for (const step of steps) heard.push(await carryOut(step, { control, editor }));
          return { value: heard.filter((each) => each !== undefined), stopReason: 'end_turn' };
        },
      });
    },
  };
}

interface Stage {
  readonly control: ExecutionControl;
  readonly editor: EditorPort;
}

async function carryOut(step: ScriptStep, { control, editor }: Stage): Promise<unknown> {
  switch (step.do) {
    case 'tell':
      return tell(control, step);
    case 'ask': {
      const { text, options } = step;
      const answers = await control.ask([{ text, ...(options && { options }) }]);
      return answers.map(({ response }) => saidBy(response));
    }
    case 'read-editor':
      return (await editor.read(step.path)) ?? null;
    case 'write-editor':
      return editor.write(step.path, step.text);
    case 'await-file':
      while (!existsSync(step.path) && !control.signal.aborted) await delay(10);
      return undefined;
    case 'until-cancelled':
      if (control.signal.aborted) return undefined;
      return new Promise((resolve) => {
        control.signal.addEventListener('abort', () => resolve(undefined));
      });
    case 'fail':
      throw new ExecutionFailure('agent-error', step.message);
  }
}

async function tell(
  control: ExecutionControl,
  { count, bytes = 0 }: { readonly count: number; readonly bytes?: number },
): Promise<undefined> {
  const filler = 'x'.repeat(bytes);
  for (let i = 1; i <= count; i += 1) {
    const content = { kind: 'text', text: `${i} ${filler}` } as const;
    control.report({ kind: 'update', update: { kind: 'message-chunk', role: 'agent', content } });
    if (i % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return undefined;
}

function saidBy(answer: QueryAnswer): string {
  if (answer.kind === 'text') return answer.text;
  return answer.kind === 'option' ? answer.optionId : answer.kind;
}
