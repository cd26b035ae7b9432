import type { ExecutionState } from '../../../core/sessions/executionState.ts';
import type { RecordedSession } from '../../../core/sessions/recoverSession.ts';
import type { RunSpec } from '../../../core/sessions/sessionSpec.ts';
import type { Translate } from '../../agentWording.ts';
import { toPlainLine } from '../../plainText.ts';
import type { SessionDigest } from '../sessionDigest.ts';

/** A session of a root, as lists show it. */
export interface ListedSession {
  /** The folder that contains `.heddle`. */
  readonly root: string;
  readonly record: RecordedSession;
  readonly digest: SessionDigest;
}

/** Under which heading a session stands. */
export type SessionGroup = 'needs-you' | 'running' | 'ended';

/** A session that is being wound up needs nobody, whatever it has asked. */
export function groupOf({
  record,
  digest,
}: Pick<ListedSession, 'record' | 'digest'>): SessionGroup {
  return groupOfState(record.state, digest.cancelReason !== undefined);
}

function groupOfState({ state }: ExecutionState, isCancelling: boolean): SessionGroup {
  if (state === 'paused') return isCancelling ? 'running' : 'needs-you';
  return state === 'running' ? 'running' : 'ended';
}

/** What was to be executed; undefined for a header of another kind. */
export function runOf({ record }: Pick<ListedSession, 'record'>): RunSpec | undefined {
  const { spec } = record.header;
  return spec.kind === 'run' ? spec : undefined;
}

const maxNameLength = 80;

/** What a session is called: the title that the agent gave it, else the beginning of its prompt. */
export function sessionName(
  session: Pick<ListedSession, 'record' | 'digest'>,
  t: Translate,
): string {
  const { title } = session.digest;
  if (title !== '') return toPlainLine(title, maxNameLength);
  const lines = runOf(session)?.prompt.split('\n') ?? [];
  const first = toPlainLine(lines.find((line) => line.trim() !== '') ?? '', maxNameLength);
  return first === '' ? t('Session without a prompt') : first;
}
