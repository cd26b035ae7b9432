import * as vscode from 'vscode';
import type { AgentIdentity } from '../../../core/identities/agentIdentity.ts';
import {
  toIdentityElement,
  type IdentityRef,
} from '../../../presentation/identities/rows/identityElement.ts';
import type { PlacedIdentity } from '../../../presentation/identities/rows/placedIdentity.ts';
import type { IdentityServices } from '../identityServices.ts';
import { ownerOf } from './owning.ts';
import { refOfIdentity } from './selectIdentities.ts';
import type { PlacedOutcome } from './startResults.ts';

type Services = Pick<IdentityServices, 'lists' | 'owners'>;

/** So many are taken at once; between two bunches a person can stop it. */
const bunch = 5;

/** Where it is told how far it is, and whether it is stopped. */
export interface StartTelling {
  readonly progress: vscode.Progress<{ message?: string; increment?: number }>;
  readonly token: vscode.CancellationToken;
}

export interface Started {
  readonly outcomes: readonly PlacedOutcome[];
  /** Those whose turn did not come: they are as they were. */
  readonly notStarted: readonly IdentityRef[];
  /** What kept the others from being started. */
  readonly failure?: { readonly error: unknown };
}

/** Starts agents bunch by bunch, until it is stopped or fails. What was started so far stays, and is told. */
export async function startAll(
  services: Services,
  wanted: readonly PlacedIdentity[],
  telling?: StartTelling,
): Promise<Started> {
  const outcomes: PlacedOutcome[] = [];
  const tell = (each: PlacedOutcome): void => {
    outcomes.push(each);
    telling?.progress.report({
      message: progressText(outcomes.length, wanted.length, each),
      increment: 100 / wanted.length,
    });
  };
  let failure: Started['failure'];
  try {
    for (const { worktree, names } of bunchesOf(wanted)) {
      if (telling?.token.isCancellationRequested === true) break;
      const owner = await ownerOf(services, worktree);
      await owner.start(names, (outcome) => tell({ worktree, outcome }));
    }
  } catch (error) {
    failure = { error };
  }
  await services.lists.refresh();
  return { outcomes, notStarted: withoutOutcome(wanted, outcomes), ...(failure && { failure }) };
}

function progressText(done: number, all: number, { outcome }: PlacedOutcome): string {
  return vscode.l10n.t('{0} of {1}: {2}', done, all, outcome.identity);
}

function withoutOutcome(
  wanted: readonly PlacedIdentity[],
  outcomes: readonly PlacedOutcome[],
): readonly IdentityRef[] {
  const told = new Set(
    outcomes.map(({ worktree, outcome: { identity } }) =>
      toIdentityElement({ worktree, identity }),
    ),
  );
  return wanted.map(refOfIdentity).filter((ref) => !told.has(toIdentityElement(ref)));
}

/** A few at a time, those of one checkout together. */
function bunchesOf(
  wanted: readonly PlacedIdentity[],
): readonly { readonly worktree: string; readonly names: readonly AgentIdentity[] }[] {
  const all = new Map<string, AgentIdentity[]>();
  for (const { worktree, listed } of wanted) {
    all.set(worktree, [...(all.get(worktree) ?? []), listed.identity]);
  }
  return [...all].flatMap(([worktree, names]) => {
    const count = Math.ceil(names.length / bunch);
    return Array.from({ length: count }, (_, i) => ({
      worktree,
      names: names.slice(i * bunch, (i + 1) * bunch),
    }));
  });
}
