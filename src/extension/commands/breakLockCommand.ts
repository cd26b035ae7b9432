import * as vscode from 'vscode';
import type { StandingLock } from '../../core/locks/fileLocks.ts';
import type { EndedHold } from '../../core/locks/releasing.ts';
import type { HolderSnapshot } from '../../core/locks/lockSnapshot.ts';
import { maxReasonLength } from '../../core/locks/lockConfig.ts';
import { holderName } from '../../presentation/holderWording.ts';
import { toLockElement } from '../../presentation/lockElement.ts';
import { endedHoldToJson } from '../../presentation/lockJson.ts';
import { pathText } from '../../presentation/lockedPathText.ts';
import { holdSentence } from '../../presentation/othersHoldText.ts';
import { toMessageText } from '../../presentation/plainText.ts';
import type { CommandId } from '../ids.ts';
import type { RootLocks } from '../lockSet.ts';
import type { CommandHandler, CommandServices } from './commandServices.ts';
import { givenTargets, type LockTarget } from './lockTargets.ts';
import { askText } from './multiStepInput.ts';
import { commandAction, confirm, notify } from './notify.ts';
import { activeOrPickedHold } from './pickOthersHold.ts';

type BreakServices = Pick<CommandServices, 'locks' | 'windowHolder' | 'othersHolds'>;

/** What a person is shown before a lock is broken. */
const maxShown = 4;
const maxPrompt = 2000;

/**
 * Takes a path away from everybody else who holds it, after showing who that is and asking why; nobody
 * has to give a reason for unsaved changes. Resolves to `{broken}`, as the command line prints it.
 */
export function createBreakLockCommand(services: BreakServices): CommandHandler {
  return async (...args) => {
    const { t } = vscode.l10n;
    const target =
      givenTargets([args[0]], services.locks)[0] ??
      (await activeOrPickedHold(t('Break which lock?'), services));
    if (target === undefined) return undefined;

    const victims = await victimsOf(target, services);
    if (victims.length === 0) {
      notify('information', t('Nobody else holds {0}.', pathText(target.path, t)));
      return { broken: [] };
    }
    const answer = await ask(target, victims);
    return answer === undefined ? undefined : breakLock(target, answer, services);
  };
}

/** Freshly from the store: what is broken should be what the person was shown. */
async function victimsOf(
  { root, path }: LockTarget,
  { windowHolder }: BreakServices,
): Promise<readonly StandingLock[]> {
  const ref = await windowHolder.ref(root);
  const isMine = ({ holder: { identity } }: StandingLock): boolean =>
    ref.kind === 'window' && identity.kind === 'window' && identity.windowId === ref.windowId;
  return (await root.locks.holdersOf(path)).filter((each) => !isMine(each));
}

interface Answer {
  readonly reason: string | undefined;
  readonly isSoftOnly: boolean;
}

async function ask(
  target: LockTarget,
  victims: readonly StandingLock[],
): Promise<Answer | undefined> {
  const { t } = vscode.l10n;
  const shown = pathText(target.path, t);
  const lines = victims.slice(0, maxShown).map((victim) => sentenceOf(target.root, victim));
  const more = victims.length - lines.length;
  if (more > 0) lines.push(t('{0} more hold something of it.', more));

  if (victims.every(({ lock }) => lock.isSoft)) {
    const question = t('Break the lock on {0}?', shown);
    const loss = t('The changes stay in that window, but others may now write the file.');
    const isSure = await confirm(question, { detail: [...lines, loss], button: t('Break Lock') });
    return isSure ? { reason: undefined, isSoftOnly: true } : undefined;
  }
  const answer = await askText(
    {
      title: t('Break the Lock on {0}', shown),
      // A prompt turns `[text](command:…)` into a link, and reasons and names come from outside.
      prompt: toMessageText(`${lines.join(' ')} ${t('Say why; the holder is told.')}`, maxPrompt),
      placeholder: t('Why the lock is broken'),
      value: '',
      problemOf: reasonProblem,
    },
    { step: 1, totalSteps: 1 },
  );
  if (answer === undefined || answer === 'back') return undefined;
  return { reason: answer.text.trim(), isSoftOnly: false };
}

function reasonProblem(text: string): string | undefined {
  const { t } = vscode.l10n;
  if (text.trim() === '') return t('Say why, so that the holder understands.');
  return text.length > maxReasonLength
    ? t('At most {0} characters are kept.', maxReasonLength)
    : undefined;
}

async function breakLock(
  { root, path }: LockTarget,
  { reason, isSoftOnly }: Answer,
  { windowHolder }: BreakServices,
): Promise<unknown> {
  const { t } = vscode.l10n;
  const by = await windowHolder.ref(root);
  const byName = by.kind === 'window' ? by.name : '';
  const broken = await root.locks.break({ path, by, byName, reason, isSoftOnly });
  const names = [...new Set(broken.map((each) => nameIn(root, each)))].join(', ');
  await root.refresh();
  if (broken.length === 0) {
    notify('information', t('The lock on {0} was gone already.', pathText(path, t)));
    return { broken: [] };
  }
  const element = toLockElement({ kind: 'path', root: root.root.location.root, path });
  const lock: CommandId = 'heddle.file.lock';
  const [only] = broken;
  const message =
    broken.length === 1 && only !== undefined
      ? t('Broken: the lock of {0} on {1}.', names, pathText(only.lock.path, t))
      : t('Broken: {0} locks of {1}.', broken.length, names);
  notify('information', message, [commandAction(t('Lock It'), lock, element)]);
  return { broken: broken.map(endedHoldToJson) };
}

function nameIn(root: RootLocks, { holder }: EndedHold): string {
  const known = root.snapshot.holders.find((each) => each.holder.id === holder.id);
  return holderName(known ?? { holder, entry: undefined }, vscode.l10n.t);
}

function sentenceOf(root: RootLocks, { holder, lock, end }: StandingLock): string {
  const known = root.snapshot.holders.find((each) => each.holder.id === holder.id);
  const snapshot: HolderSnapshot = known ?? {
    holder,
    verdict: { liveness: 'unknown', reason: 'no-process' },
    entry: undefined,
    chain: [],
    isCrashed: false,
    locks: [],
    waits: [],
    nextEndMs: Number.POSITIVE_INFINITY,
  };
  const facts = { holder: snapshot, held: { key: '', lock, end } };
  return holdSentence(facts, { nowMs: Date.now(), t: vscode.l10n.t });
}
