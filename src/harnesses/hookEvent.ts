import type { HarnessAction, HarnessEvent, HarnessId } from '../core/harness/harnessEvent.ts';
import { filePathOf, isAbsolutePath } from './filePaths.ts';
import type { HookSurroundings } from './harness.ts';
import { keyField, shortTextField, type Table } from './payloadFields.ts';

type Optional = Omit<HarnessEvent, 'harness' | 'eventName' | 'cwd' | 'action'>;

/** An event of which only these things are known. */
export function hookEvent(
  required: Pick<HarnessEvent, 'harness' | 'eventName' | 'cwd' | 'action'>,
  known: Partial<Optional> = {},
): HarnessEvent {
  return {
    sessionKey: undefined,
    childKey: undefined,
    childType: undefined,
    parentSessionKey: undefined,
    model: undefined,
    provider: undefined,
    transcriptPath: undefined,
    ...known,
    ...required,
  };
}

/** The first of these values that is an absolute path, else where the hook itself runs. */
export function workingFolder(values: readonly unknown[], around: HookSurroundings): string {
  for (const value of values) {
    const path = filePathOf(value);
    if (path !== undefined && isAbsolutePath(path)) return path;
  }
  return around.cwd;
}

/** A payload in the form that Claude Code began and several others took over. */
export interface SnakeCasePayload {
  readonly harness: HarnessId;
  readonly payload: Table;
  readonly eventName: string;
  readonly around: HookSurroundings;
  readonly provider: string | undefined;
}

/** The event of such a payload: `session_id`, `agent_id`, `agent_type`, `transcript_path`, `cwd`. */
export function snakeCaseEvent(source: SnakeCasePayload, action: HarnessAction): HarnessEvent {
  const { payload, around } = source;
  const childKey = keyField(payload, 'agent_id');
  return hookEvent(
    {
      harness: source.harness,
      eventName: source.eventName,
      cwd: workingFolder([payload.cwd], around),
      action,
    },
    {
      sessionKey: keyField(payload, 'session_id', 'sessionId'),
      childKey,
      childType: childKey === undefined ? undefined : shortTextField(payload, 'agent_type'),
      model: shortTextField(payload, 'model'),
      provider: source.provider,
      transcriptPath: transcriptOf(payload, childKey !== undefined),
    },
  );
}

/** The transcript of whoever the event is about; a child's is not known from its session's. */
function transcriptOf(payload: Table, isOfChild: boolean): string | undefined {
  return filePathOf(payload[isOfChild ? 'agent_transcript_path' : 'transcript_path']);
}
