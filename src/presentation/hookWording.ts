import type { ChangedFile, WatchedFile } from '../core/harness/hookPorts.ts';
import { sessionIdOf } from '../core/locks/lockHolder.ts';
import type { LockConflict } from '../core/locks/lockRequest.ts';
import { inEnglish, type Translate } from './agentWording.ts';
import { localTime } from './duration.ts';
import { holderName } from './holderWording.ts';
import { pathText } from './lockedPathText.ts';
import { conflictSentence, longDuration, type KnownHolder } from './lockWording.ts';
import { toPlainLine } from './plainText.ts';

const maxListed = 5;
const maxInCommand = 3;
const maxNameLength = 60;
const maxLineLength = 600;

/** What stands in the way of an edit, and what is known of who holds it. */
export interface Obstacle extends Pick<KnownHolder, 'entry' | 'verdict'> {
  readonly conflict: LockConflict;
}

/**
 * Why an edit is refused, for the model that wanted it: who holds what, why and until when, and what it
 * can do instead. Short, because every word of it costs.
 *
 * @param root the folder of the repository, so that the commands work in any folder
 */
export function refusalText(
  obstacles: readonly Obstacle[],
  {
    nowMs,
    root,
    t = inEnglish,
  }: { readonly nowMs: number; readonly root: string; readonly t?: Translate },
): string {
  const lines = [...new Set(obstacles.map((each) => obstacleText(each, { nowMs, t })))];
  const paths = [...new Set(obstacles.map(({ conflict }) => conflict.path))];
  return [
    t('Heddle Agents: this edit was not made, because somebody else is at work there.'),
    ...listed(lines, lines.length, t),
    t('Do not change it in another way either (shell, script): that would destroy their work.'),
    ...insteadTexts(paths, { root, t }),
  ].join('\n');
}

function obstacleText(
  { conflict, entry, verdict }: Obstacle,
  { nowMs, t }: { readonly nowMs: number; readonly t: Translate },
): string {
  const { lock, holder, heldPath, expiresAtMs } = conflict;
  if (lock?.isTurnBound !== true) {
    return toPlainLine(conflictSentence(conflict, { entry, verdict }, { nowMs, t }), maxLineLength);
  }
  const path = pathText(heldPath, t);
  const sessionId = sessionIdOf(holder);
  const face = holderName({ holder, entry }, t);
  // Agents of one kind are called the same.
  const name = sessionId === undefined ? face : `${face} (${toPlainLine(sessionId)})`;
  return expiresAtMs === undefined
    ? t('{0} is being edited by {1}, until its turn ends.', path, name)
    : t(
        '{0} is being edited by {1}, until its turn ends or for {2} more.',
        path,
        name,
        longDuration(expiresAtMs - nowMs),
      );
}

/** Commands are told only for paths that can be read and typed as they are. */
function insteadTexts(
  paths: readonly string[],
  { root, t }: { readonly root: string; readonly t: Translate },
): readonly string[] {
  const files = paths.map((path) => (path === '.' ? root : `${root}/${path}`));
  const isTypable = paths.length <= maxInCommand && files.every(isPlain);
  const words = files.map(shellQuoted).join(' ');
  return isTypable
    ? [
        t(
          'Go on with something else, or wait for it with: {0}. Then read it again before you edit it.',
          `heddle-agents lock ${words} --wait 5m --ttl 2m`,
        ),
        t(
          'If it cannot wait, ask the person you work for, who can free it with: {0}',
          `heddle-agents break ${words}`,
        ),
      ]
    : [
        t('Go on with something else and try again later. Read it again before you edit it.'),
        t('If it cannot wait, ask the person you work for, who can take the lock away.'),
      ];
}

function isPlain(path: string): boolean {
  return toPlainLine(path, Number.POSITIVE_INFINITY) === path;
}

/** Why an edit is refused once: what the agent knows of the file is not what is in it. */
export function staleText(changes: readonly ChangedFile[], t: Translate = inEnglish): string {
  return [
    t('Heddle Agents: this edit was not made, because your view of the file is out of date.'),
    ...changeLines(changes, t),
    t('Read it again, then edit what is there now. It stays locked for you in this turn.'),
  ].join('\n');
}

/** The same for an agent whose edit goes on, because nobody knows what it has read. */
export function changedMeanwhileText(
  changes: readonly ChangedFile[],
  t: Translate = inEnglish,
): string {
  return [
    t('Heddle Agents: somebody changed a file that you hold.'),
    ...changeLines(changes, t),
    t('Look at it again, so that you do not undo that change.'),
  ].join('\n');
}

function changeLines(changes: readonly ChangedFile[], t: Translate): readonly string[] {
  const lines = changes.slice(0, maxListed).map(({ path, edit: { by, atMs } }) => {
    return t('{0} was changed by {1} at {2}.', pathText(path, t), nameText(by, t), localTime(atMs));
  });
  return listed(lines, changes.length, t);
}

/** What somebody is told whose command changed files that others hold. */
export function changedByShellText(
  files: readonly WatchedFile[],
  t: Translate = inEnglish,
): string {
  const lines = files.slice(0, maxListed).map(({ path, holder }) => {
    return t('{0} is held by {1}.', pathText(path, t), nameText(holder.name, t));
  });
  return [
    t('Heddle Agents: your command changed files that others are at work on. They are told.'),
    ...listed(lines, files.length, t),
    t('Do not do so again: edit such files only when they are free.'),
  ].join('\n');
}

/** Said where hooks that cannot do their work refuse. */
export function failedClosedText(problem: string, t: Translate = inEnglish): string {
  return [
    t('Heddle Agents: this edit was not made, because nobody could look whether the file is free.'),
    toPlainLine(problem, maxLineLength),
    t(
      'Try again once. If it fails again, ask the person you work for to run: heddle-agents doctor',
    ),
  ].join('\n');
}

function listed(lines: readonly string[], count: number, t: Translate): readonly string[] {
  const shown = lines.slice(0, maxListed);
  const more = count - shown.length;
  return more > 0 ? [...shown, t('… and {0} more.', more)] : shown;
}

function nameText(name: string, t: Translate): string {
  const plain = toPlainLine(name, maxNameLength);
  return plain === '' ? t('somebody') : plain;
}

function shellQuoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
