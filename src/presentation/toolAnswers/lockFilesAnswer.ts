import type { LockWish } from '../../core/locks/fileLocks.ts';
import type { LockHolder } from '../../core/locks/lockHolder.ts';
import type { LockConflict, LockGrant } from '../../core/locks/lockRequest.ts';
import { maxReasonLength } from '../../core/locks/lockConfig.ts';
import { inEnglish } from '../agentWording.ts';
import { pathText } from '../lockedPathText.ts';
import { conflictToJson, grantToJson, holderToJson } from '../lockJson.ts';
import { savedOverSentence, timeLeftText } from '../lockWording.ts';
import { callerToJson, expectCaller } from './callerWords.ts';
import { conflictLines } from './conflictLines.ts';
import { lookAtLocks, type LockEvidence } from './lockEvidence.ts';
import { readPaths } from './readPaths.ts';
import { boundedLines, firstRows } from './rows.ts';
import { defaultTtlMs, maxTtlSeconds } from './toolBounds.ts';
import type { ToolAnswer, ToolCall, ToolCaller, ToolWorld } from './toolCall.ts';
import { ToolInput } from './toolInput.ts';

/** The arguments that say what is wanted. */
export const lockArguments = ['paths', 'reason', 'shared', 'ttl_seconds'] as const;

/** Takes files and folders, all or none, or says who holds them. */
export async function lockFilesAnswer({ world, caller, input }: ToolCall): Promise<ToolAnswer> {
  const read = new ToolInput(input, lockArguments);
  const by = expectCaller(caller);
  const wish = readWish(read, world, by);
  const outcome = await world.locks.lock(by.ref, wish);
  const evidence = await lookAtLocks(world);
  if (outcome.kind === 'granted') return grantedAnswer(outcome, { caller: by, evidence });
  const advice = outcome.conflicts.every(({ kind }) => kind === 'waits-first')
    ? 'Queue up behind it with wait_for_files, or work on another file.'
    : 'Wait for it with wait_for_files, or work on another file. Do not edit what others hold.';
  return refusedAnswer(outcome, { caller: by, evidence, advice });
}

/** What a call wants to hold, with a time for somebody whom no process stands for. */
export function readWish(read: ToolInput, world: ToolWorld, caller: ToolCaller): LockWish {
  const seconds = read.number('ttl_seconds', { min: 1, max: maxTtlSeconds });
  const usualMs = caller.hasProcess ? undefined : defaultTtlMs;
  return {
    paths: readPaths(read, world),
    mode: read.flag('shared') ? 'shared' : 'exclusive',
    ttlMs: seconds === undefined ? usualMs : Math.round(seconds * 1000),
    reason: read.text('reason', maxReasonLength),
  };
}

interface Surroundings {
  readonly caller: ToolCaller;
  readonly evidence: LockEvidence;
}

export function grantedAnswer(
  { holder, grants }: { readonly holder: LockHolder; readonly grants: readonly LockGrant[] },
  { caller, evidence }: Surroundings,
): ToolAnswer {
  const { nowMs } = evidence.moment;
  const current = evidence.view.get(holder.id) ?? holder;
  const lines = grants.map(({ path, lock }) => {
    const left = timeLeftText(evidence.endOf(current, lock), evidence.known(current), { nowMs });
    return `- ${pathText(path, inEnglish)}: ${lock.mode}, ${left}, token ${lock.token}`;
  });
  return {
    text: [
      'Locked for you:',
      ...boundedLines(lines),
      ...grants.flatMap(({ savedOver }) => (savedOver ? [savedOverSentence(savedOver)] : [])),
      'Give them back with unlock_files when you are done.',
    ].join('\n'),
    data: {
      outcome: 'granted',
      grants: grants.map(grantToJson),
      holders: [],
      ...holderToJson(holder),
      caller: callerToJson(caller),
    },
  };
}

export function refusedAnswer(
  { conflicts }: { readonly conflicts: readonly LockConflict[] },
  { caller, evidence, advice }: Surroundings & { readonly advice: string },
): ToolAnswer {
  const { shown, more } = firstRows(conflicts);
  return {
    text: [
      'Not locked, nothing was taken:',
      ...conflictLines(conflicts, evidence).map((line) => `- ${line}`),
      advice,
    ].join('\n'),
    data: {
      outcome: 'held',
      grants: [],
      holders: shown.map(conflictToJson),
      more,
      advice,
      caller: callerToJson(caller),
    },
  };
}
