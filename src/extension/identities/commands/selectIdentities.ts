import * as vscode from 'vscode';
import { IdentityError } from '../../../core/identities/identityError.ts';
import {
  parseIdentityElement,
  type IdentityRef,
} from '../../../presentation/identities/rows/identityElement.ts';
import { identityLook, identityRow } from '../../../presentation/identities/rows/identityRow.ts';
import {
  abilitiesOf,
  type IdentityAbilities,
  type PlacedIdentity,
} from '../../../presentation/identities/rows/placedIdentity.ts';
import { toPickText } from '../../../presentation/plainText.ts';
import { notify } from '../../commands/notify.ts';
import { rootName } from '../../commands/rootName.ts';
import { elementsOf } from '../../commands/selectAgents.ts';
import type { IdentityServices } from '../identityServices.ts';

type Services = Pick<IdentityServices, 'lists' | 'agents'>;

export interface IdentitySelection {
  /** Title of the quick pick. */
  readonly title: string;
  /** Said when there is nobody to whom the command applies. */
  readonly noneText: string;
  /** What must be possible with an agent; all are offered when missing. */
  readonly ability?: keyof IdentityAbilities | undefined;
}

/**
 * The agents of the rows that a command was given.
 * @throws IdentityError `unknown-identity` when the only one is not there any more
 */
export function givenIdentities(
  { lists }: Pick<Services, 'lists'>,
  args: readonly unknown[],
): readonly PlacedIdentity[] {
  const refs = elementsOf(args)
    .map(parseIdentityElement)
    .filter((ref) => ref !== undefined);
  const known = refs.map((ref) => lists.find(ref)).filter((placed) => placed !== undefined);
  const [first] = refs;
  if (known.length > 0 || first === undefined) return known;
  throw new IdentityError({ code: 'unknown-identity', identity: first.identity });
}

/**
 * The agent of the row that a command was given, else the only one with whom it is possible, else the one
 * that the person picks; undefined when there is none, which is then said, or when they changed their
 * mind. @throws IdentityError `unknown-identity`
 */
export async function selectIdentity(
  services: Services,
  clicked: unknown,
  { title, noneText, ability }: IdentitySelection,
): Promise<PlacedIdentity | undefined> {
  const [given] = givenIdentities(services, [clicked]);
  if (given) return given;
  const candidates = services.lists.identities.filter(
    (each) => ability === undefined || abilitiesOf(each)[ability],
  );
  const [only] = candidates;
  if (only === undefined) {
    notify('information', noneText);
    return undefined;
  }
  if (candidates.length === 1) return only;
  const items = candidates.map((placed) => identityItem(placed, services));
  const options = { title, placeHolder: title, matchOnDescription: true };
  return (await vscode.window.showQuickPick(items, options))?.placed;
}

export interface IdentityItem extends vscode.QuickPickItem {
  readonly placed: PlacedIdentity;
}

/** The same words and the same icon as the agent's row in the view. */
export function identityItem(placed: PlacedIdentity, { agents, lists }: Services): IdentityItem {
  const { t } = vscode.l10n;
  const row = identityRow(placed, { t, nameOf: agents.nameOf, parent: undefined });
  const { icon, color } = identityLook(placed.listed);
  const where = lists.places.length > 1 ? ` · ${rootName(placed.worktree)}` : '';
  return {
    placed,
    label: toPickText(row.label),
    description: toPickText(`${row.description}${where}`),
    iconPath: new vscode.ThemeIcon(
      icon,
      color === undefined ? undefined : new vscode.ThemeColor(color),
    ),
  };
}

export function refOfIdentity({ worktree, listed }: PlacedIdentity): IdentityRef {
  return { worktree, identity: listed.identity };
}
