import type { LockHolder } from '../core/locks/lockHolder.ts';
import type { LockConflict, LockGrant } from '../core/locks/lockRequest.ts';
import { conflictToJson, grantToJson, holderToJson } from '../presentation/lockJson.ts';
import { pathText } from '../presentation/lockedPathText.ts';
import { cycleSentence, savedOverSentence, timeLeftText } from '../presentation/lockWording.ts';
import { inEnglish } from '../presentation/agentWording.ts';
import { evidenceOf, type Evidence, type OpenLocks } from './lockAccess.ts';
import { holderLabel } from '../presentation/holderLabel.ts';
import { modeWord } from './lockLines.ts';
import { programName } from './output.ts';
import { conflictLines } from '../presentation/toolAnswers/conflictLines.ts';
import { shellWord } from './shellWord.ts';
import { alignColumns, type TextLine } from './textLine.ts';
import type { VerbContext } from './verbContext.ts';

/** How the request was put, so that the next command can be put alike. */
export interface AskedFor {
  readonly paths: readonly string[];
  readonly agent: string;
}

/** Why somebody who waited got nothing. */
export type WaitEnd = 'timed-out' | 'stopped' | 'deadlock';

export interface Refusal {
  readonly conflicts: readonly LockConflict[];
  /** Undefined when nobody waited. */
  readonly waitEnd: WaitEnd | undefined;
  /** Who would have waited for each other. */
  readonly cycle: readonly LockHolder[];
}

const maxPathsInCommand = 3;

/** Shows what was granted, for how long, and how to give it back. */
export async function showGrants(
  context: VerbContext,
  open: OpenLocks,
  granted: {
    readonly holder: LockHolder;
    readonly grants: readonly LockGrant[];
    readonly asked: AskedFor;
  },
): Promise<void> {
  const { holder, grants, asked } = granted;
  const evidence = await evidenceOf(context, open, [holder]);
  context.output.result(
    () => ({
      outcome: 'granted',
      grants: grants.map(grantToJson),
      holders: [],
      ...holderToJson(holder),
    }),
    () => [
      `Locked for ${holderLabel(evidence.known(holder))}:`,
      ...grantRows({ holder, grants }, evidence),
      ...grants.flatMap(({ savedOver }) => (savedOver ? [savedOverSentence(savedOver)] : [])),
      `Give it back with: ${programName} unlock ${pathWords(asked)} --agent ${shellWord(asked.agent)}`,
    ],
  );
}

function grantRows(
  { holder, grants }: { readonly holder: LockHolder; readonly grants: readonly LockGrant[] },
  evidence: Evidence,
): readonly TextLine[] {
  const { nowMs } = evidence.moment;
  return alignColumns(
    grants.map(({ path, lock }) => [
      { text: `  ${pathText(path, inEnglish)}` },
      { text: modeWord(lock) },
      { text: timeLeftText(evidence.endOf(holder, lock), evidence.known(holder), { nowMs }) },
      { text: `token ${lock.token}`, tone: 'faint' },
    ]),
  );
}

/** Shows who stands in the way, until when and why, and what can be done instead. */
export async function showRefusal(
  context: VerbContext,
  open: OpenLocks,
  { refusal, asked }: { readonly refusal: Refusal; readonly asked: AskedFor },
): Promise<void> {
  const { conflicts, waitEnd, cycle } = refusal;
  const concerned = [...conflicts.map(({ holder }) => holder), ...cycle];
  const evidence = await evidenceOf(context, open, concerned);
  context.output.result(
    () => ({
      outcome: 'held',
      grants: [],
      holders: conflicts.map(conflictToJson),
      wait: waitEnd ?? null,
      cycle: cycle.map(holderToJson),
    }),
    () => [
      ...conflictLines(conflicts, evidence),
      ...cycleLines(cycle, evidence),
      ...(asked.paths.length > 1 ? ['Nothing was locked: it is all or none.'] : []),
      adviceText(refusal, asked),
    ],
  );
}

function cycleLines(cycle: readonly LockHolder[], evidence: Evidence): readonly string[] {
  if (cycle.length === 0) return [];
  return [cycleSentence(cycle.map((holder) => holderLabel(evidence.known(holder))))];
}

function adviceText({ conflicts, waitEnd }: Refusal, asked: AskedFor): string {
  switch (waitEnd) {
    case 'deadlock':
      return 'Give back what you hold with "unlock" and take everything at once.';
    case 'stopped':
      return 'Stopped waiting; the place in the queue is given up.';
    case 'timed-out':
      return `The wait is over. Work on another file, wait longer, or, if it is stuck: ${breakCommand(asked)}`;
    case undefined: {
      const isQueue = conflicts.every(({ kind }) => kind === 'waits-first');
      return isQueue
        ? 'Queue up behind it with --wait 60s, or work on another file.'
        : `Wait for it with --wait 60s, work on another file, or, if it is stuck: ${breakCommand(asked)}`;
    }
  }
}

function breakCommand({ paths }: AskedFor): string {
  const [path] = paths;
  const shown = path === undefined || paths.length > 1 ? 'PATH' : pathWord(path);
  return `${programName} break ${shown} --reason TEXT`;
}

/** The paths as they were typed, so that they mean the same here. */
function pathWords({ paths }: AskedFor): string {
  const words = paths.slice(0, maxPathsInCommand).map(pathWord);
  return paths.length > maxPathsInCommand ? `${words.join(' ')} …` : words.join(' ');
}

/** What begins like a flag would be taken for one. */
function pathWord(path: string): string {
  return shellWord(path.startsWith('-') ? `./${path}` : path);
}
