import * as vscode from 'vscode';
import { RegistryError } from '../../core/agents/registryError.ts';
import type { ActivityParty } from '../../core/activity/activityEvent.ts';
import { toAgentElement } from '../../presentation/agentElement.ts';
import { localTime } from '../../presentation/duration.ts';
import { toLockElement } from '../../presentation/lockElement.ts';
import { toPickText } from '../../presentation/plainText.ts';
import { incidentParties, type Incident } from '../../presentation/violationHistory.ts';
import {
  incidentCommand,
  incidentParts,
  incidentSentence,
  partyText,
} from '../../presentation/violationWording.ts';
import { partyNamer, type LocatedIncident } from '../violations.ts';
import type { CommandHandler, CommandServices } from './commandServices.ts';
import { notify } from './notify.ts';
import { elementsOf } from './selectAgents.ts';

type Services = Pick<
  CommandServices,
  'incidents' | 'changes' | 'registries' | 'view' | 'locks' | 'locksView'
>;

/** Shows what was changed past its holder. Resolves to `{changes: [{file, source}]}`. */
export function createShowChangesCommand(
  services: Pick<Services, 'incidents' | 'changes' | 'registries'>,
): CommandHandler {
  return async (...args) => {
    const chosen = await chooseIncidents(args, { ...services, role: undefined });
    if (chosen.length === 0) return undefined;
    const shown = await services.changes.show(chosen);
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
    const [incident] = await chooseIncidents([clicked], { ...services, role });
    if (incident === undefined) return undefined;
    const party = incidentParties(incident.incident.event)[role];
    return showParty(incident, party, services);
  };
}

/** Copies what happened, a line each. */
export function createCopyIncidentCommand(
  services: Pick<Services, 'incidents' | 'registries'>,
): CommandHandler {
  return async (...args) => {
    const { t } = vscode.l10n;
    const chosen = await chooseIncidents(args, { ...services, role: 'any' });
    if (chosen.length === 0) return undefined;
    const lines = chosen.map(({ root, incident: { event } }) => {
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

interface Choice extends Pick<Services, 'incidents' | 'registries'> {
  /** Who must be known of what is offered; undefined for what has changes to show. */
  readonly role: 'doer' | 'holder' | 'any' | undefined;
}

/**
 * What the rows stand for that a command was given, else what the person picks of the last 24 hours;
 * empty when they changed their mind or there is nothing, which is then said.
 * @throws RegistryError `not-found` when none of what was given is known any more
 */
async function chooseIncidents(
  args: readonly unknown[],
  { incidents, registries, role }: Choice,
): Promise<readonly LocatedIncident[]> {
  const { t } = vscode.l10n;
  const elements = elementsOf(args);
  const given = elements.flatMap((element) => incidents.find(element) ?? []);
  if (given.length > 0) return given;
  if (elements.length > 0) throw new RegistryError('not-found', t('This is not known any more.'));
  const items: IncidentItem[] = [];
  for (const root of registries.roots) {
    for (const incident of await incidents.all(root.location.root)) {
      if (isOffered(incident, role)) items.push(toItem({ root, incident }));
    }
  }
  if (items.length === 0) {
    notify('information', t('Nothing of this kind happened in the last 24 hours.'));
    return [];
  }
  const title = t('Which of what happened in the last 24 hours?');
  const options = { title, placeHolder: title, matchOnDescription: true };
  const picked = await vscode.window.showQuickPick(items, options);
  return picked === undefined ? [] : [picked.located];
}

interface IncidentItem extends vscode.QuickPickItem {
  readonly located: LocatedIncident;
}

function isOffered({ kind, event }: Incident, role: Choice['role']): boolean {
  if (role === undefined) return kind === 'violation';
  return role === 'any' || incidentParties(event)[role] !== undefined;
}

function toItem(located: LocatedIncident): IncidentItem {
  const { t } = vscode.l10n;
  const { root, incident } = located;
  const { event, kind } = incident;
  const parts = incidentParts(event, { t, nameOf: partyNamer(root, t) });
  return {
    label: toPickText(event.paths.join(', '), 120),
    description: toPickText([...parts, localTime(event.atMs)].join(' · ')),
    iconPath: new vscode.ThemeIcon(kind === 'violation' ? 'warning' : 'circle-slash'),
    located,
  };
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
