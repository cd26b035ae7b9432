import * as vscode from 'vscode';
import { isSessionId } from '../../../core/agents/sessionId.ts';
import { parseIdentityFileElement } from '../../../presentation/identities/rows/identityElement.ts';
import { toSessionElement } from '../../../presentation/sessions/rows/sessionElement.ts';
import type { CommandHandler } from '../../commands/commandServices.ts';
import type { IdentityServices } from '../identityServices.ts';
import type { SessionCommandId } from '../../sessions/sessionIds.ts';
import { givenIdentities, refOfIdentity, selectIdentity } from './selectIdentities.ts';

type Services = Pick<IdentityServices, 'lists' | 'agents'>;

/** Shows the page of an agent. Resolves to `{identity}`. */
export function createShowIdentityPageCommand(
  services: Services & Pick<IdentityServices, 'panels'>,
): CommandHandler {
  return async (clicked) => {
    const { t } = vscode.l10n;
    const placed = await selectIdentity(services, clicked, {
      title: t('Show the page of which agent?'),
      noneText: t('There are no named agents yet.'),
    });
    if (placed === undefined) return undefined;
    services.panels.show(refOfIdentity(placed));
    return { identity: placed.listed.identity };
  };
}

/** Shows the session that runs for an agent, or that ran last. Resolves to `{sessionId}`. */
export function createShowIdentitySessionCommand(services: Services): CommandHandler {
  return async (clicked) => {
    const { t } = vscode.l10n;
    const placed = await selectIdentity(services, clicked, {
      title: t('Show the session of which agent?'),
      noneText: t('No named agent had a session yet.'),
      ability: 'session',
    });
    const sessionId = placed?.listed.session?.sessionId;
    if (placed === undefined || sessionId === undefined || !isSessionId(sessionId))
      return undefined;
    const command: SessionCommandId = 'heddle.session.open';
    const element = toSessionElement({ root: placed.root, sessionId });
    return vscode.commands.executeCommand(command, element);
  };
}

/** Opens the file that describes an agent, at what is wrong in it. Resolves to `{path}`. */
export function createOpenSpecCommand(services: Services): CommandHandler {
  return async (clicked) => {
    const { t } = vscode.l10n;
    const file = knownFile(services, clicked);
    if (file !== undefined) return openAt(file.path, file.line);
    const placed = await selectIdentity(services, clicked, {
      title: t('Open the file of which agent?'),
      noneText: t('No file describes an agent yet.'),
      ability: 'file',
    });
    const path = placed?.listed.specPath;
    if (path === undefined) return undefined;
    return openAt(path, placed?.listed.problems.find(({ line }) => line !== undefined)?.line);
  };
}

/** Copies the names of agents, a line each. Resolves to `{text}`. */
export function createCopyIdentityNameCommand(services: Services): CommandHandler {
  return async (...args) => {
    const { t } = vscode.l10n;
    const given = givenIdentities(services, args);
    const picked =
      given.length > 0
        ? undefined
        : await selectIdentity(services, undefined, {
            title: t('Copy the name of which agent?'),
            noneText: t('There are no named agents yet.'),
          });
    const chosen = picked ? [picked] : given;
    if (chosen.length === 0) return undefined;
    const text = chosen.map(({ listed }) => listed.identity).join('\n');
    await vscode.env.clipboard.writeText(text);
    vscode.window.setStatusBarMessage(t('Copied.'), 3000);
    return { text };
  };
}

/** Only files of which something is told are opened, whoever asks. */
function knownFile(
  { lists }: Services,
  clicked: unknown,
): { readonly path: string; readonly line: number | undefined } | undefined {
  const path = parseIdentityFileElement(clicked);
  const found = lists.problems.find(({ problem }) => problem.path === path);
  return found && { path: found.problem.path, line: found.problem.line };
}

async function openAt(path: string, line = 1): Promise<{ readonly path: string }> {
  const uri = vscode.Uri.file(path);
  if (await isDirectory(uri)) await vscode.commands.executeCommand('revealInExplorer', uri);
  else {
    const at = new vscode.Position(line - 1, 0);
    await vscode.window.showTextDocument(uri, { selection: new vscode.Range(at, at) });
  }
  return { path };
}

async function isDirectory(uri: vscode.Uri): Promise<boolean> {
  const { type } = await vscode.workspace.fs.stat(uri);
  return (type & vscode.FileType.Directory) !== 0;
}
