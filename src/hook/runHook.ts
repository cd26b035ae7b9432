import { resolve } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { errorText } from '../base/errorText.ts';
import type { Disposable } from '../base/lifecycle.ts';
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

/** An agent waits for its hooks: one that takes longer counts as one that failed. */
const longestMs = 6000;

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
    return await inTime(handleEvent(event, ports), clock);
  } catch (error) {
    return await failed(event, ports, error);
  }
}

/** @throws Error when it takes too long. Whatever it still does then is ended with the process. */
async function inTime<T>(work: Promise<T>, clock: Clock): Promise<T> {
  let timer: Disposable | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = clock.after(longestMs, () => {
      reject(new Error(`It took longer than ${longestMs / 1000} seconds.`));
    });
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    timer?.dispose();
  }
}

/** An agent without session ids is told apart by its process. */
async function withSessionKey(event: HarnessEvent, harness: Harness): Promise<HarnessEvent> {
  if (event.sessionKey !== undefined) return event;
  const { processKey } = await import('./processKey.ts');
  return { ...event, sessionKey: await processKey(harness, event.cwd) };
}

/**
 * Fails open, or refuses edits where the settings say so. It is told once for each cause, and once for
 * each call that went on unguarded: in the record of the session and in the activity.
 */
async function failed(
  event: HarnessEvent,
  ports: HookPorts,
  error: unknown,
): Promise<HookDecision> {
  const problem = errorText(error);
  const call = event.action.kind === 'tool-starting' ? event.action.call : undefined;
  const edit = call?.action.kind === 'edit' ? call.action : undefined;
  const isRefused = edit !== undefined && ports.settings.failClosed;
  const isUnguarded = edit !== undefined && !isRefused;
  const isFirst = noteFault({ problem, callId: isUnguarded ? call?.callId : undefined }, ports);
  if (isUnguarded && isFirst) {
    const unguarded = unguardedEdit(ports, event, edit.paths);
    if (unguarded.paths.length > 0) await ports.activity.append([unguarded]);
  }
  return isRefused
    ? { kind: 'refuse', reason: ports.words.failedClosed(problem) }
    : { kind: 'nothing' };
}

/** False when another hook of the same call has told of it. */
function noteFault(
  { problem, callId }: { readonly problem: string; readonly callId: string | undefined },
  { record, clock }: Pick<HookPorts, 'record' | 'clock'>,
): boolean {
  const text = problem.slice(0, maxFaultLength);
  try {
    if (callId !== undefined && record.unguardedCalls.has(callId)) return false;
    const isKnown = record.faults.some((each) => each.text === text);
    if (isKnown && callId === undefined) return true;
    const ofCall = callId === undefined ? {} : { callId, hook: record.hook };
    record.append({ kind: 'fault', atMs: clock.now(), text, ...ofCall });
    if (callId === undefined) return true;
    record.reread();
    const first = record.unguardedCalls.get(callId);
    return first === undefined || first === record.hook;
  } catch {
    // Where the record cannot be written, "doctor" finds out by trying.
    return true;
  }
}

const maxFaultLength = 300;
