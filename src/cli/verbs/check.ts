import { findHolder } from '../../core/locks/holderRef.ts';
import type { LockCheck } from '../../core/locks/lockCheck.ts';
import type { LockHolder } from '../../core/locks/lockHolder.ts';
import { inEnglish } from '../../presentation/agentWording.ts';
import { pathText } from '../../presentation/lockedPathText.ts';
import { checkToJson, lockToJson } from '../../presentation/lockJson.ts';
import {
  endedSentence,
  savedOverSentence,
  takenBySentence,
  timeLeftText,
} from '../../presentation/lockWording.ts';
import { exitCodes, type ExitCode } from '../exitCodes.ts';
import { evidenceOf, openLocksForReading, toLockPath, type Evidence } from '../lockAccess.ts';
import { agentOf, type AgentFlag } from '../lockAgent.ts';
import { holderLabel } from '../../presentation/holderLabel.ts';
import type { VerbContext } from '../verbContext.ts';

export interface CheckFlags extends AgentFlag {
  readonly token: number;
}

/** Says whether what was granted under a token still stands, before something is written by it. */
export async function check(
  context: VerbContext,
  text: string,
  flags: CheckFlags,
): Promise<ExitCode> {
  const ref = agentOf(context, flags);
  const open = openLocksForReading(context);
  const path = toLockPath(context, open, text);
  const { token } = flags;
  const found = await open.locks.check(ref, path, token);
  const { view } = await open.store.refresh();
  const own = findHolder(view, ref);
  const taken = found.kind === 'lost' ? found.takenBy : undefined;
  const concerned = [own, taken?.holder].filter((holder) => holder !== undefined);
  const evidence = await evidenceOf(context, open, concerned);
  const { nowMs } = evidence.moment;
  const takenBy = taken && {
    ...evidence.known(taken.holder),
    lock: taken.lock,
    end: evidence.endOf(taken.holder, taken.lock),
  };
  context.output.result(
    () => ({
      ...checkToJson(found, takenBy && lockToJson({ ...takenBy, expiresAtMs: takenBy.end.atMs })),
      path,
      token,
    }),
    () =>
      found.kind === 'stands'
        ? [standsText({ found, own, token }, evidence), ...savedOverLines(found)]
        : [
            found.ended
              ? endedSentence(found.ended)
              : `Nothing is held at ${pathText(path, inEnglish)} under token ${token}.`,
            ...(takenBy ? [takenBySentence(takenBy, { nowMs, nameOf: holderLabel })] : []),
            'Do not write by it: lock the file again, and read it anew first.',
          ],
  );
  return found.kind === 'stands' ? exitCodes.done : exitCodes.heldByOther;
}

function savedOverLines({ lock }: LockCheck & { readonly kind: 'stands' }): readonly string[] {
  return lock.savedOver ? [savedOverSentence(lock.savedOver)] : [];
}

function standsText(
  {
    found: { lock },
    own,
    token,
  }: {
    readonly found: LockCheck & { readonly kind: 'stands' };
    readonly own: LockHolder | undefined;
    readonly token: number;
  },
  evidence: Evidence,
): string {
  const sentence = `Token ${token} stands on ${pathText(lock.path, inEnglish)}`;
  if (own === undefined) return `${sentence}.`;
  const { nowMs } = evidence.moment;
  const left = timeLeftText(evidence.endOf(own, lock), evidence.known(own), { nowMs });
  return `${sentence}, ${left}.`;
}
