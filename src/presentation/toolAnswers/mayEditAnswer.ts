import { findHolder } from '../../core/locks/holderRef.ts';
import { conflictsOf } from '../../core/locks/lockConflicts.ts';
import { lockEnd, stands } from '../../core/locks/lockEnd.ts';
import type { FileLock } from '../../core/locks/fileLock.ts';
import { newHolder, type LockHolder } from '../../core/locks/lockHolder.ts';
import type { LockPath } from '../../core/locks/lockPath.ts';
import { checkRequest, type LockConflict } from '../../core/locks/lockRequest.ts';
import { keyOf } from '../../core/locks/lockTable.ts';
import { covers } from '../../core/locks/pathOverlap.ts';
import { inEnglish } from '../agentWording.ts';
import { pathText } from '../lockedPathText.ts';
import { conflictToJson } from '../lockJson.ts';
import { callerToJson } from './callerWords.ts';
import { conflictLines } from './conflictLines.ts';
import { lookAtLocks, type LockEvidence } from './lockEvidence.ts';
import { boundedLines, firstRows } from './rows.ts';
import { readPaths } from './readPaths.ts';
import { maxTextRows } from './toolBounds.ts';
import type { JsonObject, ToolAnswer, ToolCall, ToolCaller } from './toolCall.ts';
import { ToolInput } from './toolInput.ts';

interface PathVerdict {
  readonly path: LockPath;
  readonly conflicts: readonly LockConflict[];
  /** The caller's own lock on it. */
  readonly own: FileLock | undefined;
}

const maxConflictsPerPath = 10;

/** Whether the caller may edit these paths now: yes or no, who is in the way, and what to do. Takes nothing. */
export async function mayEditAnswer({ world, caller, input }: ToolCall): Promise<ToolAnswer> {
  const read = new ToolInput(input, ['paths']);
  const paths = readPaths(read, world);
  const evidence = await lookAtLocks(world);
  const verdicts = judge(evidence, caller, paths);
  const isAllowed = verdicts.every(({ conflicts }) => conflicts.length === 0);
  const advice = adviceFor(verdicts, isAllowed);
  return {
    text: [...verdictLines(verdicts, evidence), advice].join('\n'),
    data: {
      allowed: isAllowed,
      paths: verdicts.map(verdictToJson),
      advice,
      caller: callerToJson(caller),
    },
  };
}

function judge(
  { view, moment }: LockEvidence,
  caller: ToolCaller | undefined,
  paths: readonly LockPath[],
): readonly PathVerdict[] {
  const own = caller && findHolder(view, caller.ref);
  const asker = own ?? firstTimer(caller, moment.nowMs);
  return paths.map((path) => {
    const request = checkRequest(
      { holderId: own?.id ?? 0, paths: [path] },
      { config: moment.config, keyOf: (each) => keyOf(each, view.rules) },
    );
    const key = keyOf(path, view.rules);
    const conflicts = conflictsOf(view, request, moment).filter(
      // Whoever has not locked anything yet is lent what it will be lent with its first lock.
      ({ kind, holder, heldPath }) =>
        !(
          kind === 'held' &&
          asker !== undefined &&
          covers(keyOf(heldPath, view.rules), key) &&
          moment.look.isAncestor(holder, asker)
        ),
    );
    return { path, conflicts, own: own && ownLock(own, key, moment) };
  });
}

/** A session that holds nothing yet, so that who spawned it can be told. */
function firstTimer(caller: ToolCaller | undefined, nowMs: number): LockHolder | undefined {
  if (caller?.sessionId === undefined) return undefined;
  const { sessionId, name } = caller;
  return newHolder({ id: 0, name, identity: { kind: 'session', sessionId }, nowMs });
}

function ownLock(
  holder: LockHolder,
  key: string,
  { nowMs, look, config }: LockEvidence['moment'],
): FileLock | undefined {
  const verdict = look.verdictOf(holder);
  return [...holder.locks].find(
    ([heldKey, lock]) =>
      covers(heldKey, key) && stands(lockEnd(holder, lock, { verdict, config }), nowMs),
  )?.[1];
}

function verdictToJson({ path, conflicts, own }: PathVerdict): JsonObject {
  const { shown, more } = firstRows(conflicts, maxConflictsPerPath);
  return {
    path,
    allowed: conflicts.length === 0,
    held_by_you: own !== undefined,
    token: own?.token ?? null,
    conflicts: shown.map(conflictToJson),
    more_conflicts: more,
  };
}

function verdictLines(verdicts: readonly PathVerdict[], evidence: LockEvidence): readonly string[] {
  const lines = verdicts.flatMap(({ path, conflicts, own }): readonly string[] => {
    const shown = pathText(path, inEnglish);
    if (conflicts.length > 0) return [`No: ${conflictLines(conflicts, evidence).join(' ')}`];
    return [
      own ? `Yes: you hold ${shown} (token ${own.token}).` : `Yes: nobody else holds ${shown}.`,
    ];
  });
  return boundedLines(lines, maxTextRows);
}

function adviceFor(verdicts: readonly PathVerdict[], isAllowed: boolean): string {
  if (!isAllowed) {
    return 'Do not edit what is held. Wait with wait_for_files, work on something else, or agree with whoever holds it.';
  }
  return verdicts.every(({ own }) => own !== undefined)
    ? 'Go ahead, and give it back with unlock_files when you are done.'
    : 'Asking locks nothing: take the lock with lock_files before you edit.';
}
