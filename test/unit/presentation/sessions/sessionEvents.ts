import type { AgentUpdate, ToolCall } from '../../../../src/core/sessions/agentUpdate.ts';
import type { PauseInfo } from '../../../../src/core/sessions/pause.ts';
import type { EventContent, ProgressEvent } from '../../../../src/core/sessions/progressEvent.ts';
import type { SessionHeader } from '../../../../src/core/sessions/sessionHeader.ts';
import {
  addToTranscript,
  beginTranscript,
  type Transcript,
  type TranscriptBounds,
} from '../../../../src/presentation/sessions/transcript.ts';

export const startMs = Date.parse('2026-11-21T11:58:00.000Z');

export const header: SessionHeader = {
  sessionId: 'session-00000000000000000001',
  spec: { kind: 'run', agent: 'claude', prompt: 'Fix the login', cwd: '/repo' },
  createdAtMs: startMs,
};

/** Numbers events from 1, a second each. */
export function numbered(contents: readonly EventContent[], from = 1): readonly ProgressEvent[] {
  return contents.map((content, i) => ({
    ...content,
    sequence: from + i,
    atMs: startMs + 1000 * (from + i),
  }));
}

export function transcriptOf(
  contents: readonly EventContent[],
  bounds?: TranscriptBounds,
): Transcript {
  let transcript = beginTranscript(header);
  for (const event of numbered(contents)) transcript = addToTranscript(transcript, event, bounds);
  return transcript;
}

export function update(content: AgentUpdate): EventContent {
  return { kind: 'update', update: content };
}

export function says(text: string): EventContent {
  return update({ kind: 'message-chunk', role: 'agent', content: { kind: 'text', text } });
}

export function thinks(text: string): EventContent {
  return update({ kind: 'thought-chunk', content: { kind: 'text', text } });
}

export function aCall(fields: Partial<ToolCall> = {}): ToolCall {
  const call = { callId: 'c1', title: 'Edit app.ts', toolKind: 'edit', status: 'pending' } as const;
  return { ...call, content: [], locations: [], ...fields };
}

export function uses(fields: Partial<ToolCall> = {}): EventContent {
  return update({ kind: 'tool-call', call: aCall(fields) });
}

export const aDiff = {
  kind: 'diff',
  path: '/repo/src/app.ts',
  oldText: 'one\ntwo\nthree\n',
  newText: 'one\nTWO\nthree\nfour\n',
} as const;

export const aPause: PauseInfo = {
  kind: 'single',
  prompts: [
    {
      queryId: 'q-0',
      text: 'Edit src/app.ts?',
      options: [
        { id: 'allow', label: 'Allow once', kind: 'allow-once' },
        { id: 'reject', label: 'Reject', kind: 'reject-once' },
      ],
      subject: { kind: 'tool-call', call: aCall({ content: [aDiff] }) },
    },
  ],
  pausedAtMs: startMs + 3000,
};

export const asks: readonly EventContent[] = [
  { kind: 'state-transition', from: 'running', to: 'paused' },
  { kind: 'pause-requested', pause: aPause },
];

export const isAllowed: readonly EventContent[] = [
  { kind: 'state-transition', from: 'paused', to: 'running' },
  {
    kind: 'resume-accepted',
    pauseKind: 'single',
    responses: [{ queryId: 'q-0', response: { kind: 'option', optionId: 'allow' } }],
    by: 'Ana',
  },
];

export const isDone: EventContent = {
  kind: 'state-transition',
  from: 'running',
  to: 'done',
  outcome: {
    state: 'done',
    result: {
      value: 'Fixed.',
      usage: { promptTokens: 30_000, completionTokens: 1200 },
      stopReason: 'end_turn',
      finishedAtMs: startMs + 60_000,
    },
  },
};

/** A session as they usually are. */
export const usualCourse: readonly EventContent[] = [
  { kind: 'tick', phase: 'running' },
  update({ kind: 'other', name: 'agent-entry', value: { id: 'agent-abc' } }),
  update({ kind: 'other', name: 'conversation', value: { id: 'conv-1', start: 'new' } }),
  thinks('I look first.\n'),
  update({
    kind: 'plan',
    entries: [
      { content: 'Read', priority: 'high', status: 'completed' },
      { content: 'Change app.ts', priority: 'medium', status: 'in-progress' },
    ],
  }),
  uses({ callId: 'c0', title: 'Read app.ts', toolKind: 'read', status: 'completed' }),
  says('I change '),
  says('the login.\nNow.'),
  uses(),
  ...asks,
  ...isAllowed,
  update({
    kind: 'tool-call-update',
    call: { callId: 'c1', status: 'completed', content: [aDiff] },
  }),
  update({
    kind: 'usage',
    contextUsed: 31_000,
    contextSize: 200_000,
    cost: { amount: 0.42, currency: 'USD' },
  }),
  says('Fixed.'),
  isDone,
];
