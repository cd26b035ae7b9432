import type { SimulatedPayload } from '../node/doctor/simulatePayloads.ts';
import type { JsonValue } from '../presentation/agentJson.ts';
import type { ReportLine } from '../presentation/doctorReport.ts';
import type { Span, TextLine } from './textLine.ts';

/** The report of the doctor as lines for a terminal. */
export function doctorTextLines(lines: readonly ReportLine[]): readonly TextLine[] {
  return lines.map(({ kind, text }): TextLine => {
    switch (kind) {
      case 'heading':
        return [{ text, tone: 'strong' }];
      case 'ok':
        return marked({ text: 'ok', tone: 'good' }, text);
      case 'warning':
        return marked({ text: '!', tone: 'doubtful' }, text);
      case 'problem':
        return marked({ text: 'bad', tone: 'bad' }, text);
      case 'not-applicable':
        return marked({ text: '-', tone: 'faint' }, text);
      case 'advice':
        return `       ${text}`;
      case 'summary':
      case 'blank':
        return text;
    }
  });
}

const markWidth = 3;

function marked(mark: Span, text: string): readonly Span[] {
  return [{ text: '  ' }, mark, { text: `${' '.repeat(markWidth - mark.text.length)}  ${text}` }];
}

/** What one recorded event was taken for, and the bytes of the answer. */
export function simulatedLines(simulated: SimulatedPayload): readonly TextLine[] {
  const { name, recognised, run } = simulated;
  const what =
    recognised === undefined
      ? 'no agent that is known sends this'
      : `${recognised.harness}, ${recognised.eventName}, ${recognised.action}`;
  const code = run.exitCode === undefined ? 'stopped: it took too long' : `exit ${run.exitCode}`;
  return [
    [{ text: name, tone: 'strong' }],
    `  event   ${what}`,
    `  answer  ${code}, ${Math.round(run.durationMs)} ms`,
    `  stdout  ${bytes(run.stdout)}`,
    `  stderr  ${bytes(run.stderr)}`,
    '',
  ];
}

/** As a JSON text, in which every byte shows. */
function bytes(text: string): string {
  return text === '' ? '(empty)' : JSON.stringify(text);
}

export function simulatedJson({ name, recognised, run }: SimulatedPayload): JsonValue {
  return {
    name,
    harness: recognised?.harness ?? null,
    event: recognised?.eventName ?? null,
    action: recognised?.action ?? null,
    exit_code: run.exitCode ?? null,
    stdout: run.stdout,
    stderr: run.stderr,
  };
}
