import { resolve } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { errorText } from '../base/errorText.ts';
import { isHarnessId, type HarnessEvent } from '../core/harness/harnessEvent.ts';
import { handleEvent } from '../core/harness/hookPolicy.ts';
import type { HookDecision } from '../core/harness/hookDecision.ts';
import type { HookPorts } from '../core/harness/hookPorts.ts';
import { silentAnswer, type Harness, type HookAnswer } from '../harnesses/harness.ts';
import { dialectOf } from '../harnesses/recogniseDialect.ts';
import { readHookSettings } from '../node/harnessSessions/hookSettingsFile.ts';
import {
  SessionRecordFile,
  sessionRecordName,
  sessionRecordsFolder,
} from '../node/harnessSessions/sessionRecordFile.ts';
import { findHeddleRoot, type HeddleRoot } from '../node/heddleRoot.ts';
import { openHookPorts, unguardedEdit } from './hookPorts.ts';
import { parsePayload } from './hookInput.ts';

export interface HookCall {
  /** Names the coding agent, instead of what the fields of the payload tell. */
  readonly harness: string | undefined;
  readonly input: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly clock: Clock;
}

/**
 * Answers one event of a coding agent. Outside a repository with `.heddle` it does nothing at all. It
 * never fails: what it cannot do stops no agent, unless the settings say so, and is noted where it can be.
 */
export async function runHook(call: HookCall): Promise<HookAnswer> {
  const payload = parsePayload(call.input);
  if (payload === undefined) return silentAnswer;
  const named = call.harness !== undefined && isHarnessId(call.harness) ? call.harness : undefined;
  const harness = dialectOf(payload, named);
  const event = harness?.dialect.parse(payload, { env: call.env, cwd: call.cwd });
  if (harness === undefined || event === undefined) return silentAnswer;
  const location = findHeddleRoot(resolve(call.cwd, event.cwd));
  if (!location.isPresent) return silentAnswer;
  const decision = await decide(await withSessionKey(event, harness), {
    ...call,
    harness,
    location,
  });
  return harness.dialect.answer(event, decision);
}

interface Place extends Omit<HookCall, 'harness'> {
  readonly harness: Harness;
  readonly location: HeddleRoot;
}

async function decide(event: HarnessEvent, place: Place): Promise<HookDecision> {
  const { location, harness, env, clock } = place;
  const { settings } = readHookSettings(location);
  const name = sessionRecordName(event.harness, event.sessionKey ?? '');
  const record = new SessionRecordFile(sessionRecordsFolder(location), name);
  const ports = openHookPorts({ location, harness, record, settings, env, clock });
  try {
    return await handleEvent(event, ports);
  } catch (error) {
    return await failed(event, ports, error);
  }
}

/** An agent without session ids is told apart by its process. */
async function withSessionKey(event: HarnessEvent, harness: Harness): Promise<HarnessEvent> {
  if (event.sessionKey !== undefined) return event;
  const { processKey } = await import('./processKey.ts');
  return { ...event, sessionKey: await processKey(harness, event.cwd) };
}

/** Fails open, and says so once for each cause: in the record of the session and in the activity. */
async function failed(
  event: HarnessEvent,
  ports: HookPorts,
  error: unknown,
): Promise<HookDecision> {
  const problem = errorText(error);
  const { action } = event;
  const isEdit = action.kind === 'tool-starting' && action.call.action.kind === 'edit';
  const paths =
    action.kind === 'tool-starting' && action.call.action.kind === 'edit'
      ? action.call.action.paths
      : [];
  try {
    const isKnown = ports.record.state?.faults.some(({ text }) => text === problem) === true;
    const text = problem.slice(0, 300);
    if (!isKnown) ports.record.append({ kind: 'fault', atMs: ports.clock.now(), text });
    const isRefused = isEdit && ports.settings.failClosed;
    if (isEdit && !isRefused) await ports.activity.append([unguardedEdit(ports, event, paths)]);
  } catch {
    // Where nothing can be written, nobody can be told; "doctor" finds out by trying.
  }
  return isEdit && ports.settings.failClosed
    ? { kind: 'refuse', reason: ports.words.failedClosed(problem) }
    : { kind: 'nothing' };
}
