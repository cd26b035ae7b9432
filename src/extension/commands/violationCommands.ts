import * as vscode from 'vscode';
import { RegistryError } from '../../core/agents/registryError.ts';
import type { ActivityParty } from '../../core/activity/activityEvent.ts';
import { toAgentElement } from '../../presentation/agentElement.ts';
import { localTime } from '../../presentation/duration.ts';
import { toLockElement } from '../../presentation/lockElement.ts';
import { incidentParties } from '../../presentation/violationHistory.ts';
import {
  incidentCommand,
  incidentSentence,
  partyText,
} from '../../presentation/violationWording.ts';
import { partyNamer, type IncidentSet, type LocatedIncident } from '../violations.ts';
import type { CommandHandler, CommandServices } from './commandServices.ts';
import { notify } from './notify.ts';
import { elementsOf } from './selectAgents.ts';

type Services = Pick<
  CommandServices,
  'incidents' | 'changes' | 'registries' | 'view' | 'locks' | 'locksView'
>;

/** Shows what was changed past its holder. Resolves to `{changes: [{file, source}]}`. */
export function createShowChangesCommand({
  incidents,
  changes,
}: Pick<Services, 'incidents' | 'changes'>): CommandHandler {
  return async (...args) => {
    const shown = await changes.show(givenIncidents(args, incidents));
    if (shown.length === 0) {
      throw new RegistryError('not-found', vscode.l10n.t('This file is not in this window.'));
    }
    return { changes: shown.map(({ file, source }) => ({ file: file.fsPath, source })) };
  };
}

/** Shows who did or wanted to do it, or who holds the file, in its view. */
export function createShowPartyCommand(
  role: 'doer' | 'holder',
  services: Services,
): CommandHandler {
  return async (clicked) => {
    const [incident] = givenIncidents([clicked], services.incidents);
    if (incident === undefined) return undefined;
    const party = incidentParties(incident.incident.event)[role];
    return showParty(incident, party, services);
  };
}

/** Copies what happened, a line each. */
export function createCopyIncidentCommand({
  incidents,
}: Pick<Services, 'incidents'>): CommandHandler {
  return async (...args) => {
    const { t } = vscode.l10n;
    const lines = givenIncidents(args, incidents).map(({ root, incident: { event } }) => {
      const sentence = incidentSentence(event, { t, nameOf: partyNamer(root, t) });
      const command = incidentCommand(event);
      return [localTime(event.atMs), sentence, ...(command === undefined ? [] : [command])].join(
        '  ',
      );
    });
    const text = lines.join('\n');
    await vscode.env.clipboard.writeText(text);
    vscode.window.setStatusBarMessage(t('Copied.'), 3000);
    return { text };
  };
}

/** @throws RegistryError `not-found` when none of them is known any more */
function givenIncidents(
  args: readonly unknown[],
  incidents: Pick<IncidentSet, 'find'>,
): readonly LocatedIncident[] {
  const found = elementsOf(args).flatMap((element) => incidents.find(element) ?? []);
  if (found.length > 0) return found;
  throw new RegistryError('not-found', vscode.l10n.t('This is not known any more.'));
}

async function showParty(
  { root }: LocatedIncident,
  party: ActivityParty | undefined,
  { registries, view, locks, locksView }: Services,
): Promise<unknown> {
  const { t } = vscode.l10n;
  const folder = root.location.root;
  const { sessionId, holderId } = party ?? {};
  if (sessionId !== undefined && registries.find(folder, sessionId)) {
    await view.reveal(toAgentElement({ root: folder, sessionId }));
    return { sessionId };
  }
  const holders = locks.get(folder)?.snapshot.holders ?? [];
  const lock = holders.find(({ holder }) => holder.id === holderId)?.locks[0]?.lock;
  if (holderId !== undefined && lock !== undefined) {
    const element = toLockElement({ kind: 'lock', root: folder, holderId, path: lock.path });
    await locksView.reveal(element);
    return { holder: holderId };
  }
  const name = partyText(party, { t, nameOf: partyNamer(root, t) });
  notify('information', t('{0} is not here any more.', name));
  return undefined;
}
