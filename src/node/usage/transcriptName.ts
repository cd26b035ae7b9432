import type { HarnessId } from '../../core/harness/harnessEvent.ts';
import { sessionRecordName, textDigest } from '../harnessSessions/sessionRecordFile.ts';

/** Names the place in the transcript of a session or of its child: the same for every reader. */
export function transcriptName({
  harness,
  sessionKey,
  childKey,
}: {
  readonly harness: HarnessId;
  readonly sessionKey: string;
  readonly childKey: string | undefined;
}): string {
  const session = sessionRecordName(harness, sessionKey);
  return childKey === undefined ? session : `${session}@${textDigest(childKey)}`;
}
