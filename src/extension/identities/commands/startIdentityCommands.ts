import * as vscode from 'vscode';
import type { AgentIdentity } from '../../../core/identities/agentIdentity.ts';
import { leaseHolderText } from '../../../presentation/identities/identityWords.ts';
import {
  abilitiesOf,
  type PlacedIdentity,
} from '../../../presentation/identities/rows/placedIdentity.ts';
import type { CommandHandler } from '../../commands/commandServices.ts';
import { confirm, notify } from '../../commands/notify.ts';
import { identitiesViewId } from '../identityIds.ts';
import type { IdentityServices } from '../identityServices.ts';
import { ownerOf } from './owning.ts';
import { givenIdentities, selectIdentity } from './selectIdentities.ts';
import { showStarted, tellStarted, toldOutcomes, type PlacedOutcome } from './startResults.ts';

type Services = Pick<IdentityServices, 'lists' | 'owners' | 'agents'>;

/** So many are taken at once; between two bunches a person can stop it. */
const bunch = 5;
const maxNamed = 12;

/** Starts the given agents. Resolves to `{outcomes}`. */
export function createStartIdentityCommand(services: Services): CommandHandler {
  return async (...args) => {
    const { t } = vscode.l10n;
    const given = givenIdentities(services, args);
    const picked =
      given.length > 0
        ? undefined
        : await selectIdentity(services, undefined, {
            title: t('Start which agent?'),
            noneText: t('There is no agent that can be started here.'),
            ability: 'start',
          });
    const wanted = picked ? [picked] : given;
    if (wanted.length === 0) return undefined;
    const outcomes = await vscode.window.withProgress(
      { location: { viewId: identitiesViewId } },
      () => startAll(services, wanted),
    );
    tellStarted(services, outcomes);
    return { outcomes: toldOutcomes(services, outcomes) };
  };
}

/**
 * Starts all that can be started here, after saying how many and which first. `{isConfirmed: true}` starts
 * without asking. Resolves to `{outcomes}`.
 */
export function createStartRosterCommand(services: Services): CommandHandler {
  return async (given) => {
    const { t } = vscode.l10n;
    await services.lists.refresh();
    const wanted = services.lists.identities.filter(isOfRoster);
    if (wanted.length === 0) {
      notify('information', t('There is no agent that can be started here.'));
      return undefined;
    }
    if (!isConfirmed(given) && !(await askRoster(wanted))) return undefined;
    const outcomes = await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: t('Starting agents'),
        cancellable: true,
      },
      (progress, token) => startAll(services, wanted, { progress, token }),
    );
    showStarted(services, outcomes);
    return { outcomes: toldOutcomes(services, outcomes) };
  };
}

/** All that are described but those that are awake here; also what somebody else owns, to be told so. */
function isOfRoster(placed: PlacedIdentity): boolean {
  return placed.listed.spec !== undefined && !abilitiesOf(placed).retire;
}

async function askRoster(wanted: readonly PlacedIdentity[]): Promise<boolean> {
  const { t } = vscode.l10n;
  const lines = wanted.slice(0, maxNamed).map(({ listed }) => {
    const { lease, identity } = listed;
    if (lease === undefined || lease.isOurs) return identity;
    return t('{0}, owned by {1}', identity, leaseHolderText(lease.holder, t));
  });
  const more = wanted.length - lines.length;
  const question =
    wanted.length === 1 ? t('Start 1 agent?') : t('Start {0} agents?', wanted.length);
  return confirm(question, {
    detail: [
      t('This window owns them from then on. An agent works only when it has a message.'),
      ...lines,
      ...(more > 0 ? [t('and {0} more', more)] : []),
    ],
    button: t('Start'),
  });
}

interface Telling {
  readonly progress: vscode.Progress<{ message?: string; increment?: number }>;
  readonly token: vscode.CancellationToken;
}

async function startAll(
  services: Services,
  wanted: readonly PlacedIdentity[],
  telling?: Telling,
): Promise<readonly PlacedOutcome[]> {
  const outcomes: PlacedOutcome[] = [];
  const tell = (each: PlacedOutcome): void => {
    outcomes.push(each);
    telling?.progress.report({
      message: vscode.l10n.t(
        '{0} of {1}: {2}',
        outcomes.length,
        wanted.length,
        each.outcome.identity,
      ),
      increment: 100 / wanted.length,
    });
  };
  for (const [worktree, names] of byWorktree(wanted)) {
    const owner = await ownerOf(services, worktree);
    for (let at = 0; at < names.length; at += bunch) {
      if (telling?.token.isCancellationRequested === true) return outcomes;
      await owner.start(names.slice(at, at + bunch), (outcome) => tell({ worktree, outcome }));
    }
    await services.lists.get(worktree)?.refresh();
  }
  return outcomes;
}

function byWorktree(
  wanted: readonly PlacedIdentity[],
): ReadonlyMap<string, readonly AgentIdentity[]> {
  const all = new Map<string, AgentIdentity[]>();
  for (const { worktree, listed } of wanted) {
    all.set(worktree, [...(all.get(worktree) ?? []), listed.identity]);
  }
  return all;
}

function isConfirmed(given: unknown): boolean {
  return typeof given === 'object' && given !== null && 'isConfirmed' in given
    ? given.isConfirmed === true
    : false;
}
