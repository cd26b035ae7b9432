import * as vscode from 'vscode';
import { leaseHolderText } from '../../../presentation/identities/identityWords.ts';
import {
  abilitiesOf,
  type PlacedIdentity,
} from '../../../presentation/identities/rows/placedIdentity.ts';
import type { CommandHandler } from '../../commands/commandServices.ts';
import { confirm, notify } from '../../commands/notify.ts';
import { rootName } from '../../commands/rootName.ts';
import { identitiesViewId } from '../identityIds.ts';
import type { IdentityServices } from '../identityServices.ts';
import { givenIdentities, selectIdentity } from './selectIdentities.ts';
import { startAll } from './startAll.ts';
import { showStarted, tellStarted, toldOutcomes } from './startResults.ts';

type Services = Pick<IdentityServices, 'lists' | 'owners' | 'agents'>;

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
    const { outcomes, failure } = await vscode.window.withProgress(
      { location: { viewId: identitiesViewId } },
      () => startAll(services, wanted),
    );
    tellStarted(services, outcomes);
    if (failure !== undefined) throw failure.error;
    return { outcomes: toldOutcomes(services, outcomes) };
  };
}

/**
 * Starts all that can be started here, after saying how many and which first. `{isConfirmed: true}` starts
 * without asking. Who stops it keeps what was started so far. Resolves to `{outcomes, notStarted}`.
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
    if (!isConfirmed(given) && !(await askRoster(services, wanted))) return undefined;
    const { outcomes, notStarted, failure } = await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: t('Starting agents'),
        cancellable: true,
      },
      (progress, token) => startAll(services, wanted, { progress, token }),
    );
    if (outcomes.length > 0) showStarted(services, outcomes, notStarted);
    if (failure !== undefined) throw failure.error;
    if (outcomes.length === 0)
      notify('information', t('You stopped it before any agent was started.'));
    return {
      outcomes: toldOutcomes(services, outcomes),
      notStarted: notStarted.map(({ identity }) => identity),
    };
  };
}

/** All that are described but those that are awake here; also what somebody else owns, to be told so. */
function isOfRoster(placed: PlacedIdentity): boolean {
  return placed.listed.spec !== undefined && !abilitiesOf(placed).retire;
}

async function askRoster(
  { lists }: Pick<Services, 'lists'>,
  wanted: readonly PlacedIdentity[],
): Promise<boolean> {
  const { t } = vscode.l10n;
  const lines = wanted.slice(0, maxNamed).map(({ worktree, listed }) => {
    const { lease, identity } = listed;
    const name = lists.places.length > 1 ? t('{0} in {1}', identity, rootName(worktree)) : identity;
    if (lease === undefined || lease.isOurs) return `• ${name}`;
    return `• ${t('{0}, owned by {1}', name, leaseHolderText(lease.holder, t))}`;
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

function isConfirmed(given: unknown): boolean {
  return typeof given === 'object' && given !== null && 'isConfirmed' in given
    ? given.isConfirmed === true
    : false;
}
