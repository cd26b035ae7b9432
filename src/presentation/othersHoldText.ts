import type { FileLock } from '../core/locks/fileLock.ts';
import type { HeldPath, HolderSnapshot } from '../core/locks/lockSnapshot.ts';
import { inEnglish, type Translate } from './agentWording.ts';
import { localTime } from './duration.ts';
import { holderChain, holderName } from './holderWording.ts';
import { pathText } from './lockedPathText.ts';
import { countdownText } from './lockTimes.ts';
import { timeLeftText } from './lockWording.ts';
import { toPlainLine } from './plainText.ts';

/** A lock of somebody else, with what is known of its holder. */
export interface OthersHoldFacts {
  readonly holder: HolderSnapshot;
  readonly held: HeldPath;
}

interface Words {
  readonly nowMs: number;
  readonly t?: Translate | undefined;
}

/** Longest reason in a line that says more than the reason. */
const maxReasonLength = 120;

/** Who and for how much longer, for a place with little room: `Codex · 4 min left`. */
export function shortHoldText(
  { holder, held }: OthersHoldFacts,
  { nowMs, t = inEnglish }: Words,
): string {
  return `${holderName(holder, t)} · ${countdownText(held, nowMs, t)}`;
}

/** The line above a held file. */
export function bannerText(
  { holder, held }: OthersHoldFacts,
  { nowMs, t = inEnglish }: Words,
): string {
  const name = holderName(holder, t);
  if (held.lock.isSoft) return t('{0} has unsaved changes in this file', name);
  const left = countdownText(held, nowMs, t);
  return held.lock.mode === 'shared'
    ? t('Shared by {0} · {1}', name, left)
    : t('Held by {0} · {1}', name, left);
}

/** Everything about the lock, a line each, for a tooltip or a question. */
export function holdLines(
  { holder, held }: OthersHoldFacts,
  { nowMs, t = inEnglish }: Words,
): readonly string[] {
  const { lock, end } = held;
  const chain = holderChain(holder, t);
  return [
    lock.isSoft
      ? t('{0} has unsaved changes in {1}', holderName(holder, t), pathText(lock.path, t))
      : t('{0} holds {1}', holderName(holder, t), pathText(lock.path, t)),
    ...(chain === undefined ? [] : [t('Chain: {0}', chain)]),
    ...reasonLine(lock, t),
    t('Since: {0}', localTime(lock.grantedAtMs)),
    t(
      'Time left: {0}',
      lock.isSoft ? t('unsaved changes') : timeLeftText(end, holder, { nowMs, t }),
    ),
  ];
}

/** Who holds what, spawned by whom, since when, for how much longer and why, in one line. */
export function holdSentence(facts: OthersHoldFacts, { nowMs, t = inEnglish }: Words): string {
  const { holder, held } = facts;
  const { lock, end } = held;
  const chain = holderChain(holder, t);
  const name = chain ?? holderName(holder, t);
  const path = pathText(lock.path, t);
  const since = localTime(lock.grantedAtMs);
  const sentence = lock.isSoft
    ? t('{0} has unsaved changes in {1} since {2}.', name, path, since)
    : t(
        '{0} holds {1} since {2} ({3}).',
        name,
        path,
        since,
        timeLeftText(end, holder, { nowMs, t }),
      );
  return [sentence, ...reasonLine(lock, t)].join(' ');
}

/** What is told at the first keystroke in a held file. */
export function keystrokeWarning(
  { holder, held }: OthersHoldFacts,
  { nowMs, t = inEnglish }: Words,
): string {
  const name = holderName(holder, t);
  const path = pathText(held.lock.path, t);
  if (held.lock.isSoft) {
    return t('{0} has unsaved changes in {1}. Saving may overwrite them.', name, path);
  }
  const left = timeLeftText(held.end, holder, { nowMs, t });
  const sentence = t('{0} holds {1} ({2}). Your changes may collide.', name, path, left);
  return [sentence, ...reasonLine(held.lock, t)].join(' ');
}

function reasonLine({ reason }: FileLock, t: Translate): readonly string[] {
  return reason === undefined ? [] : [t('Reason: {0}', toPlainLine(reason, maxReasonLength))];
}
