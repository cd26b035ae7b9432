import * as vscode from 'vscode';
import { RegistryError } from '../../core/agents/registryError.ts';
import { parseAgentElement } from '../../presentation/agentElement.ts';
import { agentRow } from '../../presentation/agentRow.ts';
import { toPickText } from '../../presentation/plainText.ts';
import type { LocatedAgent, RegistrySet } from '../registrySet.ts';
import { notify } from './notify.ts';
import { rootName } from './rootName.ts';

export interface AgentSelection {
  /** Title of the quick pick. */
  readonly title: string;
  /** Said when there is nobody to whom the command applies. */
  readonly noneText: string;
  /** Whether the command applies to an agent; to all when missing. */
  readonly applies?: ((agent: LocatedAgent) => boolean) | undefined;
  readonly canPickMany: boolean;
}

/**
 * The agents that a command is about: the rows it was given, else those that the person picks. Empty
 * when the person changed their mind or when there is nobody to whom it applies, which is then said.
 * @throws RegistryError `not-found` when the only row it was given is of an entry that is gone
 */
export async function selectAgents(
  registries: RegistrySet,
  args: readonly unknown[],
  selection: AgentSelection,
): Promise<readonly LocatedAgent[]> {
  const refs = elementsOf(args)
    .map(parseAgentElement)
    .filter((ref) => ref !== undefined);
  const isGiven = refs.length > 0;
  const known = isGiven
    ? refs
        .map((ref) => registries.find(ref.root, ref.sessionId))
        .filter((agent) => agent !== undefined)
    : registries.roots.flatMap((root) => root.snapshot.agents.map((agent) => ({ root, agent })));
  const [only] = refs;
  if (known.length === 0 && only !== undefined) throw entryGone(only.sessionId);

  const { applies = () => true } = selection;
  const candidates = known.filter(applies);
  if (candidates.length === 0) {
    notify('information', selection.noneText);
    return [];
  }
  return isGiven ? candidates : pickAgents(candidates, selection);
}

/** The elements of rows among what a command was given: all selected ones, else the clicked one. */
export function elementsOf(args: readonly unknown[]): readonly string[] {
  const [clicked, selected] = args;
  const elements = Array.isArray(selected) && selected.length > 0 ? selected : [clicked];
  const texts = elements.filter((element): element is string => typeof element === 'string');
  return [...new Set(texts)];
}

interface AgentItem extends vscode.QuickPickItem {
  readonly agent: LocatedAgent;
}

async function pickAgents(
  candidates: readonly LocatedAgent[],
  { title, canPickMany }: AgentSelection,
): Promise<readonly LocatedAgent[]> {
  const hasSeveralRoots = new Set(candidates.map(({ root }) => root.location.root)).size > 1;
  const items = candidates.map((agent) => toItem(agent, hasSeveralRoots));
  const options = { title, placeHolder: title, matchOnDescription: true, matchOnDetail: true };
  if (canPickMany) {
    const picked = await vscode.window.showQuickPick(items, { ...options, canPickMany: true });
    return picked?.map(({ agent }) => agent) ?? [];
  }
  const picked = await vscode.window.showQuickPick(items, options);
  return picked === undefined ? [] : [picked.agent];
}

/** The same words and the same icon as the agent's row in the view. */
function toItem(agent: LocatedAgent, showsRoot: boolean): AgentItem {
  const { root } = agent.root.location;
  const row = agentRow(agent.agent, {
    root,
    nowMs: Date.now(),
    t: vscode.l10n.t,
    parent: undefined,
    children: [],
    cache: new WeakMap(),
  });
  const color = row.color === undefined ? undefined : new vscode.ThemeColor(row.color);
  const where = showsRoot ? ` · ${rootName(root)}` : '';
  return {
    agent,
    label: toPickText(row.label),
    description: toPickText(`${row.description}${where}`),
    detail: agent.agent.entry.sessionId,
    iconPath: new vscode.ThemeIcon(row.icon, color),
  };
}

function entryGone(sessionId: string): RegistryError {
  return new RegistryError('not-found', vscode.l10n.t('{0} is not there any more.', sessionId), {
    sessionId,
  });
}
