import { findHolder } from '../../core/locks/holderRef.ts';
import { inEnglish } from '../agentWording.ts';
import { holderLabel } from '../holderLabel.ts';
import { pathText } from '../lockedPathText.ts';
import { checkToJson, lockToJson } from '../lockJson.ts';
import { endedSentence, savedOverSentence, takenBySentence, timeLeftText } from '../lockWording.ts';
import { callerToJson, expectCaller } from './callerWords.ts';
import { lookAtLocks, type LockEvidence } from './lockEvidence.ts';
import { maxCount, maxPathLength } from './toolBounds.ts';
import type { ToolAnswer, ToolCall } from './toolCall.ts';
import { ToolInput } from './toolInput.ts';
import { RegistryError } from '../../core/agents/registryError.ts';
import type { LockCheck } from '../../core/locks/lockCheck.ts';
import type { LockHolder } from '../../core/locks/lockHolder.ts';

/** Whether what was granted under a token still stands, before something is written by it. */
export async function checkLockAnswer({ world, caller, input }: ToolCall): Promise<ToolAnswer> {
  const read = new ToolInput(input, ['path', 'token']);
  const path = world.toLockPath(read.requiredText('path', maxPathLength));
  const token = read.whole('token', { min: 0, max: maxCount });
  if (token === undefined) {
    throw new RegistryError(
      'invalid-entry',
      '"token" is missing: the number that lock_files gave.',
    );
  }
  const by = expectCaller(caller);
  const found = await world.locks.check(by.ref, path, token);
  const evidence = await lookAtLocks(world);
  const taken = found.kind === 'lost' ? found.takenBy : undefined;
  const takenBy = taken && {
    ...evidence.known(taken.holder),
    lock: taken.lock,
    end: evidence.endOf(taken.holder, taken.lock),
  };
  const shown = { path: pathText(path, inEnglish), token };
  const own = findHolder(evidence.view, by.ref);
  return {
    text:
      found.kind === 'stands'
        ? standsText(found, { own, shown, evidence })
        : [
            found.ended
              ? endedSentence(found.ended)
              : `You hold nothing at ${shown.path} under token ${token}.`,
            ...(takenBy
              ? [takenBySentence(takenBy, { nowMs: evidence.moment.nowMs, nameOf: holderLabel })]
              : []),
            'Do not write by it: lock the file again, and read it anew first.',
          ].join('\n'),
    data: {
      ...checkToJson(found, takenBy && lockToJson({ ...takenBy, expiresAtMs: takenBy.end.atMs })),
      path,
      token,
      caller: callerToJson(by),
    },
  };
}

function standsText(
  { lock }: LockCheck & { readonly kind: 'stands' },
  {
    own,
    shown,
    evidence,
  }: {
    readonly own: LockHolder | undefined;
    readonly shown: { readonly path: string; readonly token: number };
    readonly evidence: LockEvidence;
  },
): string {
  const left =
    own === undefined
      ? ''
      : `, ${timeLeftText(evidence.endOf(own, lock), evidence.known(own), { nowMs: evidence.moment.nowMs })}`;
  const stands = `Token ${shown.token} stands on ${shown.path}${left}.`;
  return lock.savedOver ? `${stands} ${savedOverSentence(lock.savedOver)}` : stands;
}
