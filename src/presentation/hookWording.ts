import type { EditByOther, WatchedFile } from '../core/harness/hookPorts.ts';
import type { LockPath } from '../core/locks/lockPath.ts';
import { inEnglish, type Translate } from './agentWording.ts';
import { localTime } from './duration.ts';
import { pathText } from './lockedPathText.ts';
import { toPlainLine } from './plainText.ts';

const maxListed = 5;
const maxNameLength = 60;

/**
 * Why an edit is refused, for the model that wanted it: who holds what, why and until when, and what it
 * can do instead.
 *
 * @param sentences who stands in the way, a sentence each
 */
export function refusalText(
  sentences: readonly string[],
  path: LockPath,
  t: Translate = inEnglish,
): string {
  const lines = [...new Set(sentences)].map((sentence) => toPlainLine(sentence, 1000));
  const more = lines.length - maxListed;
  const shown = more > 0 ? [...lines.slice(0, maxListed), t('… and {0} more.', more)] : lines;
  return [
    t('Heddle Agents: this edit was not made, because somebody else is working on the file.'),
    ...shown,
    t('Do not change the file in another way, such as with a shell command.'),
    t(
      'Go on with other files. To wait for it, run: {0}. Then read it again before you edit it.',
      `heddle-agents lock ${shellQuoted(path)} --wait 5m`,
    ),
    t('If it cannot wait, ask the person you work for: they can take the lock away.'),
  ].join('\n');
}

/** Why an edit is refused once: what the agent knows of the file is not what is in it. */
export function staleText(
  changes: readonly { readonly path: LockPath; readonly edit: EditByOther }[],
  t: Translate = inEnglish,
): string {
  const lines = changes
    .slice(0, maxListed)
    .map(({ path, edit: { by, atMs } }) =>
      t(
        '{0} was changed by {1} at {2}, after you last read it.',
        pathText(path, t),
        by === '' ? t('somebody') : toPlainLine(by, maxNameLength),
        localTime(atMs),
      ),
    );
  const rest = t(
    'Read it again, and then make your edit on what is there now. It is locked for you.',
  );
  return [t('Heddle Agents: this edit was not made.'), ...lines, rest].join('\n');
}

/** What somebody is told whose command changed files that others hold. */
export function changedByShellText(
  files: readonly WatchedFile[],
  t: Translate = inEnglish,
): string {
  const lines = files
    .slice(0, maxListed)
    .map(({ path, holder }) =>
      t(
        '{0} is held by {1}.',
        pathText(path, t),
        holder.name === '' ? t('somebody') : toPlainLine(holder.name, maxNameLength),
      ),
    );
  const more = files.length - lines.length;
  return [
    t('Heddle Agents: your command changed files that others are working on. They have been told.'),
    ...lines,
    ...(more > 0 ? [t('… and {0} more.', more)] : []),
    t('Do not do so again: lock a file before you change it, or leave it to them.'),
  ].join('\n');
}

/** Said where hooks that cannot do their work refuse. */
export function failedClosedText(problem: string, t: Translate = inEnglish): string {
  return [
    t('Heddle Agents: this edit was not made, because nobody could look whether the file is free.'),
    toPlainLine(problem, 500),
    t('Ask the person you work for to run: heddle-agents doctor'),
  ].join('\n');
}

function shellQuoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
