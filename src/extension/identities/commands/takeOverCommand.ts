import * as vscode from 'vscode';
import { setTimeout as pause } from 'node:timers/promises';
import { identityName, leaseHolderText } from '../../../presentation/identities/identityWords.ts';
import {
  abilitiesOf,
  type PlacedIdentity,
} from '../../../presentation/identities/rows/placedIdentity.ts';
import { shortDuration } from '../../../presentation/duration.ts';
import { toMessageText } from '../../../presentation/plainText.ts';
import type { CommandHandler } from '../../commands/commandServices.ts';
import { confirm, notify } from '../../commands/notify.ts';
import type { IdentityServices } from '../identityServices.ts';
import { ownerOf } from './owning.ts';
import { refOfIdentity, selectIdentity } from './selectIdentities.ts';
import { tellStarted, toldOutcomes } from './startResults.ts';

type Services = Pick<IdentityServices, 'lists' | 'owners' | 'agents'>;

const lookMs = 500;

/**
 * Owns an agent whose owner is gone, or waits until one that does not answer has lost it. A living owner
 * keeps it. Resolves to `{outcomes}`.
 */
export function createTakeOverCommand(services: Services): CommandHandler {
  return async (clicked) => {
    const { t } = vscode.l10n;
    const placed = await selectIdentity(services, clicked, {
      title: t('Take over which agent?'),
      noneText: t('There is no agent whose owner is gone.'),
      ability: 'takeOver',
    });
    if (placed === undefined) return undefined;
    if (!abilitiesOf(placed).takeOver) {
      notify('information', refusal(placed));
      return undefined;
    }
    if (!(await askTakeOver(placed)) || !(await waitUntilFree(services, placed))) return undefined;
    const { worktree, identity } = refOfIdentity(placed);
    const owner = await ownerOf(services, worktree);
    const outcomes = (await owner.start([identity])).map((outcome) => ({ worktree, outcome }));
    await services.lists.get(worktree)?.refresh();
    tellStarted(services, outcomes);
    return { outcomes: toldOutcomes(services, outcomes) };
  };
}

function refusal({ listed }: PlacedIdentity): string {
  const { t } = vscode.l10n;
  const name = identityName(listed);
  const { lease } = listed;
  if (lease === undefined || lease.isOurs) return t('{0} need not be taken over: start it.', name);
  return t(
    '{0} is owned by {1}, which is alive. Retire it there, or close that first.',
    name,
    leaseHolderText(lease.holder, t),
  );
}

function askTakeOver({ listed, goneOwner }: PlacedIdentity): Promise<boolean> {
  const { t } = vscode.l10n;
  const { lease } = listed;
  const name = identityName(listed);
  const detail =
    lease === undefined
      ? t(
          'Its owner {0} is gone. This window goes on with the same conversation.',
          goneOwner === undefined ? '' : leaseHolderText(goneOwner, t),
        )
      : t(
          'Its owner {0} does not answer. In {1} it loses the agent; then this window goes on with it, and whatever that owner still writes is refused.',
          leaseHolderText(lease.holder, t),
          shortDuration(lease.remainingMs),
        );
  return confirm(t('Take over {0}?', name), { detail: [detail], button: t('Take Over') });
}

/** False when the owner answers again, or when the person gave up. */
async function waitUntilFree(services: Services, placed: PlacedIdentity): Promise<boolean> {
  const { t } = vscode.l10n;
  const ref = refOfIdentity(placed);
  if (placed.listed.lease === undefined) return true;
  const name = toMessageText(identityName(placed.listed));
  const title = t('Waiting until the lease of {0} ends', name);
  const location = vscode.ProgressLocation.Notification;
  return vscode.window.withProgress(
    { location, title, cancellable: true },
    async (_progress, token) => {
      for (;;) {
        await services.lists.get(ref.worktree)?.refresh();
        const now = services.lists.find(ref);
        const { lease } = now?.listed ?? {};
        if (lease === undefined || lease.isOurs) return true;
        if (token.isCancellationRequested) return false;
        if (now !== undefined && !abilitiesOf(now).takeOver) {
          notify('information', refusal(now));
          return false;
        }
        await pause(lookMs);
      }
    },
  );
}
