import { errorText } from '../../base/errorText.ts';
import type { AgentIdentity } from './agentIdentity.ts';
import { askBridge } from './embody.ts';
import { internalFailure } from './identityError.ts';
import { expectRecord } from './messages.ts';
import type { RuntimeCore } from './runtimeCore.ts';
import type { MemberInspection } from './sessionBridge.ts';
import { pause, within } from './within.ts';

/** How often a wait looks. */
export const outputLookMs = 500;

/** What is waited for, and how long. */
export interface OutputWait {
  readonly timeoutMs: number;
  /** A part of the output; without it, any output. */
  readonly needle?: string | undefined;
}

/**
 * What an agent is doing now.
 * @throws IdentityError `unknown-identity`, `internal` without a bridge or a session, or when it fails
 */
export async function inspect(
  core: RuntimeCore,
  identity: AgentIdentity,
): Promise<MemberInspection> {
  return expectInspectable(core, identity)();
}

/**
 * Looks at once and then every `outputLookMs`. A look that the bridge fails at is tried again; what can
 * never succeed fails at once.
 * @throws IdentityError as `inspect`, and `internal` when the time is over
 */
export async function waitForOutput(
  core: RuntimeCore,
  identity: AgentIdentity,
  { timeoutMs, needle }: OutputWait,
): Promise<string> {
  const { clock, monotonicNow } = core.config;
  const deadlineMs = monotonicNow() + timeoutMs;
  let lastProblem = '';
  for (;;) {
    const look = expectInspectable(core, identity);
    try {
      const limitMs = Math.max(0, deadlineMs - monotonicNow());
      const looked = await within(look(), { clock, limitMs });
      const output = looked.isDone ? looked.value.outputPreview : undefined;
      if (output !== undefined && isAwaited(output, needle)) return output;
    } catch (error) {
      lastProblem = ` ${errorText(error)}`;
    }
    const leftMs = deadlineMs - monotonicNow();
    if (leftMs <= 0) throw timedOut(identity, needle, lastProblem);
    await pause(clock, Math.min(outputLookMs, leftMs));
  }
}

function isAwaited(output: string, needle: string | undefined): boolean {
  return needle === undefined ? output !== '' : output.includes(needle);
}

function expectInspectable(
  core: RuntimeCore,
  identity: AgentIdentity,
): () => Promise<MemberInspection> {
  const entry = core.book.get(identity);
  const { bridge } = core.config;
  if (bridge === undefined) {
    throw internalFailure(
      'no-bridge',
      `Nothing is known of what ${identity} is doing: there is no bridge.`,
    );
  }
  const record = expectRecord(entry);
  return () => askBridge(`${identity} could not be inspected`, () => bridge.inspectMember(record));
}

function timedOut(identity: AgentIdentity, needle: string | undefined, lastProblem: string): Error {
  const what = needle === undefined ? 'output' : `output containing ${JSON.stringify(needle)}`;
  return internalFailure(
    'timed-out',
    `Timed out waiting for ${what} of ${identity}.${lastProblem}`,
  );
}
