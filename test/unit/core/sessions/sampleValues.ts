import type { EventContent, ProgressEvent } from '../../../../src/core/sessions/progressEvent.ts';
import type { AgentUpdate } from '../../../../src/core/sessions/agentUpdate.ts';
import type { ExecutionState } from '../../../../src/core/sessions/executionState.ts';
import type { PauseInfo } from '../../../../src/core/sessions/pause.ts';
import type { SessionProblem } from '../../../../src/core/sessions/sessionError.ts';

const atMs = Date.parse('2026-06-01T12:00:00Z');
const reason = { code: 'timeout', detail: 'too slow', by: 'Ann', requestedAtMs: atMs } as const;

export const samplePause: PauseInfo = {
  kind: 'batch',
  prompts: [
    {
      queryId: 'q-0',
      text: 'Edit a.ts?',
      options: [
        { id: 'yes', label: 'Allow', kind: 'allow-once' },
        { id: 'no', label: 'Reject', kind: 'reject-always' },
        { id: 'later', label: 'Later' },
      ],
      subject: {
        kind: 'tool-call',
        call: {
          callId: 'c1',
          title: 'Edit a.ts',
          toolKind: 'edit',
          status: 'pending',
          content: [{ kind: 'diff', path: '/repo/a.ts', oldText: 'a', newText: 'b' }],
          locations: [{ path: '/repo/a.ts', line: 3 }],
          rawInput: { path: 'a.ts', deep: [1, null] },
        },
      },
    },
    { queryId: 'q-1', text: 'Your name?', subject: { kind: 'form', schema: { type: 'object' } } },
    { queryId: 'q-2', text: '', subject: { kind: 'other', name: 'photo', value: { kind: 'x' } } },
  ],
  pausedAtMs: atMs,
};

/** One of each state. */
export const sampleStates: readonly ExecutionState[] = [
  { state: 'running' },
  { state: 'paused', pause: samplePause },
  {
    state: 'done',
    result: {
      value: { text: 'hello' },
      usage: { promptTokens: 10, completionTokens: 5 },
      stopReason: 'end-turn',
      finishedAtMs: atMs,
    },
  },
  {
    state: 'cancelled',
    cancel: { reason, observedAtMs: atMs, stateBefore: { state: 'paused', pause: samplePause } },
  },
  {
    state: 'failed',
    failure: {
      kind: 'spawn-failed',
      message: 'No such program.',
      occurredAtMs: atMs,
      process: { exitCode: 127, signal: 'SIGKILL', stderrTail: 'sh: claude: not found' },
    },
  },
];

/** One of each thing that an agent tells. */
export const sampleUpdates: readonly AgentUpdate[] = [
  { kind: 'message-chunk', role: 'agent', content: { kind: 'text', text: 'Hello' } },
  { kind: 'message-chunk', role: 'user', content: { kind: 'other', name: 'image', value: [1] } },
  { kind: 'thought-chunk', content: { kind: 'text', text: '' } },
  {
    kind: 'tool-call',
    call: {
      callId: 'c1',
      title: 'Run tests',
      toolKind: 'execute',
      status: 'in-progress',
      content: [
        { kind: 'terminal', terminalId: 't1' },
        { kind: 'text', text: 'ok' },
      ],
      locations: [],
      rawOutput: 0,
    },
  },
  { kind: 'tool-call-update', call: { callId: 'c1', status: 'completed' } },
  { kind: 'tool-call-update', call: { callId: 'c1', title: 'Done', content: [] } },
  { kind: 'plan', entries: [{ content: 'Look', priority: 'high', status: 'in-progress' }] },
  { kind: 'usage', contextUsed: 1, contextSize: 200_000, cost: { amount: 0.5, currency: 'USD' } },
  { kind: 'usage', tokens: { promptTokens: 1, isEstimate: true } },
  { kind: 'mode', modeId: 'plan' },
  { kind: 'other', name: 'commands', value: { list: ['a'] } },
];

const contents: readonly EventContent[] = [
  { kind: 'state-transition', from: 'running', to: 'paused' },
  ...sampleStates.flatMap((state): readonly EventContent[] =>
    state.state === 'running' || state.state === 'paused'
      ? []
      : [{ kind: 'state-transition', from: 'running', to: state.state, outcome: state }],
  ),
  { kind: 'pause-requested', pause: samplePause },
  {
    kind: 'resume-accepted',
    pauseKind: 'batch',
    responses: [
      { queryId: 'q-0', response: { kind: 'option', optionId: 'yes' } },
      { queryId: 'q-1', response: { kind: 'form', values: { name: 'Ann' } } },
      { queryId: 'q-2', response: { kind: 'text', text: '' }, usage: { completionTokens: 2 } },
      { queryId: 'q-3', response: { kind: 'declined' } },
    ],
    by: 'window',
  },
  { kind: 'cancel-requested', reason },
  { kind: 'tick', phase: 'running' },
  { kind: 'note', title: 'Hint', content: 'text' },
  { kind: 'note', content: '' },
  { kind: 'llm-call-begin', queryId: 'q-0' },
  { kind: 'llm-call-end', queryId: 'q-0', usage: { promptTokens: 3 } },
  ...sampleUpdates.map((update): EventContent => ({ kind: 'update', update })),
  { kind: 'update', update: { kind: 'mode', modeId: 'code' }, isReplayed: true },
];

/** At least one of each kind of event. */
export const sampleEvents: readonly ProgressEvent[] = contents.map((content, index) => ({
  ...content,
  sequence: index + 1,
  atMs,
}));

/** One of each problem. */
export const sampleProblems: readonly SessionProblem[] = [
  { code: 'invalid-spec', reason: 'the prompt must not be empty' },
  { code: 'engine', reason: 'no such agent' },
  { code: 'not-found', sessionId: 'session-1' },
  { code: 'not-paused', actual: 'done' },
  { code: 'not-paused', actual: 'running', answered: { by: 'window 2', atMs } },
  { code: 'already-answered', queryId: 'q-0', actual: 'paused', answered: { atMs } },
  { code: 'already-cancelled' },
  { code: 'already-cancelled', reason },
  { code: 'kind-mismatch', expected: 'batch', actual: 'single' },
  { code: 'unknown-query', queryId: 'q-9', open: ['q-1'] },
  { code: 'duplicate-answer', queryId: 'q-0' },
  { code: 'incomplete-batch', missing: ['q-1', 'q-2'] },
  { code: 'invalid-answer', queryId: 'q-0', options: ['yes', 'no'] },
];
