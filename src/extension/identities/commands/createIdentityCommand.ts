import * as vscode from 'vscode';
import { parseAgentIdentity, type AgentIdentity } from '../../../core/identities/agentIdentity.ts';
import { errorCode, errorText } from '../../../base/errorText.ts';
import { identitySpecPath } from '../../../node/identities/identitySpecFiles.ts';
import { writeNewIdentitySpec } from '../../../node/identities/newIdentitySpec.ts';
import { toMessageText, toPickText } from '../../../presentation/plainText.ts';
import type { CommandHandler } from '../../commands/commandServices.ts';
import { askChoice, askText, runSteps, type InputStep } from '../../commands/multiStepInput.ts';
import { rootName } from '../../commands/rootName.ts';
import type { StartableAgent } from '../../sessions/sessionAgents.ts';
import { tellNoFolder } from './tellNoFolder.ts';
import type { IdentityServices } from '../identityServices.ts';
import type { PlaceIdentities } from '../placeIdentities.ts';

type Services = Pick<IdentityServices, 'lists' | 'agents'>;

interface NewAgent {
  readonly name: string;
  readonly agent: string;
}

/**
 * Writes a commented description of a new agent and opens it. `{name, agent}` says which without asking.
 * Resolves to `{path}`.
 */
export function createCreateIdentityCommand(services: Services): CommandHandler {
  return async (given) => {
    const place = await pickPlace(services);
    if (place === undefined) return undefined;
    const wish = wishIn(given) ?? (await askNew(services, place));
    if (wish === undefined) return undefined;
    const identity = parseAgentIdentity(wish.name);
    const path = await write(place.worktree, identity, wish.agent);
    await place.refresh();
    await vscode.window.showTextDocument(vscode.Uri.file(path));
    return { path };
  };
}

async function write(worktree: string, identity: AgentIdentity, agent: string): Promise<string> {
  try {
    return await writeNewIdentitySpec(worktree, identity, agent);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    // Somebody was quicker; theirs is shown.
    return identitySpecPath(worktree, identity);
  }
}

async function pickPlace({ lists }: Services): Promise<PlaceIdentities | undefined> {
  const { t } = vscode.l10n;
  const { places } = lists;
  const [only] = places;
  if (only === undefined) {
    tellNoFolder();
    return undefined;
  }
  if (places.length === 1) return only;
  const title = t('Describe the agent in which folder?');
  const items = places.map((place) => ({
    label: toPickText(rootName(place.worktree)),
    description: toPickText(place.worktree),
    place,
  }));
  return (await vscode.window.showQuickPick(items, { title, placeHolder: title }))?.place;
}

function askNew({ agents }: Services, place: PlaceIdentities): Promise<NewAgent | undefined> {
  const known = agents.list();
  const first = known.find(({ command }) => command !== undefined) ?? known[0];
  return runSteps<NewAgent>([askName(place), askAgent(known)], {
    name: '',
    agent: first?.id ?? 'claude',
  });
}

function askName(place: PlaceIdentities): InputStep<NewAgent> {
  const { t } = vscode.l10n;
  return async (known, step) => {
    const answer = await askText(
      {
        title: t('New Agent'),
        prompt: t('Its name is also the name of its file. Others address it by this name.'),
        placeholder: t('reviewer'),
        value: known.name,
        problemOf: (text) => nameProblem(text, place),
      },
      step,
    );
    if (answer === undefined || answer === 'back') return answer;
    return { ...known, name: answer.text };
  };
}

function nameProblem(text: string, place: PlaceIdentities): string | undefined {
  const { t } = vscode.l10n;
  try {
    const identity = parseAgentIdentity(text);
    const known = place.get(identity);
    if (known?.listed.specPath === undefined) return undefined;
    return t('There is an agent of this name already.');
  } catch (error) {
    return toMessageText(errorText(error), 300);
  }
}

interface AgentItem extends vscode.QuickPickItem {
  readonly agent: StartableAgent;
}

/** Also those that are not on this machine: the file is for everybody who works on the repository. */
function askAgent(known: readonly StartableAgent[]): InputStep<NewAgent> {
  const { t } = vscode.l10n;
  const items = known.map((agent): AgentItem => {
    const isFound = agent.command !== undefined;
    return {
      agent,
      label: toPickText(agent.name, 60),
      description: isFound ? agent.id : `${agent.id} · ${t('not found on this machine')}`,
      iconPath: new vscode.ThemeIcon(isFound ? 'hubot' : 'circle-slash'),
    };
  });
  return async (given, step) => {
    const active = items.find(({ agent }) => agent.id === given.agent);
    const chosen = await askChoice(
      { title: t('New Agent'), items, active, placeholder: t('Which coding agent is it?') },
      step,
    );
    if (chosen === undefined || chosen === 'back') return chosen;
    return { ...given, agent: chosen.agent.id };
  };
}

function wishIn(given: unknown): NewAgent | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  const { name, agent } = given as Readonly<Record<string, unknown>>;
  return typeof name === 'string' && typeof agent === 'string' ? { name, agent } : undefined;
}
