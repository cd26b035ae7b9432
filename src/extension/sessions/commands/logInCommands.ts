import { delimiter } from 'node:path';
import * as vscode from 'vscode';
import { toPickText, toPlainLine } from '../../../presentation/plainText.ts';
import { runOf } from '../../../presentation/sessions/rows/listedSession.ts';
import type { CommandHandler } from '../../commands/commandServices.ts';
import { notify } from '../../commands/notify.ts';
import type { AgentLogIn } from '../sessionAgents.ts';
import type { SessionServices } from '../sessionServices.ts';
import { givenSessions } from './selectSessions.ts';

type Services = Pick<SessionServices, 'lists' | 'agents'>;

/** Runs in a terminal what logs in to an agent: that of the given session, else the one that is picked. */
export function createLogInCommand(services: Services): CommandHandler {
  return async (clicked) => {
    const [session] = givenSessions(services, [clicked]);
    const agent = session && runOf(session)?.agent;
    const logIn = agent === undefined ? await pickLogIn(services) : services.agents.logInOf(agent);
    if (logIn === undefined) {
      if (agent !== undefined) sayUnknown(services.agents.nameOf(agent));
      return undefined;
    }
    const { name, command, folder } = logIn;
    const path = [process.env.PATH, folder].filter((each) => each !== undefined).join(delimiter);
    const terminal = vscode.window.createTerminal({
      name: vscode.l10n.t('Log In to {0}', name),
      ...(session && { cwd: session.root }),
      env: { PATH: path },
    });
    terminal.show();
    terminal.sendText(command);
    return { command };
  };
}

async function pickLogIn({ agents }: Services): Promise<AgentLogIn | undefined> {
  const { t } = vscode.l10n;
  const known = agents.list().flatMap(({ id, command }) => {
    const logIn = command && agents.logInOf(id);
    return logIn ? [{ label: toPickText(logIn.name), description: logIn.command, logIn }] : [];
  });
  if (known.length === 0) {
    notify('information', t('No coding agent was found on this machine.'));
    return undefined;
  }
  const title = t('Log in to which agent?');
  return (await vscode.window.showQuickPick(known, { title, placeHolder: title }))?.logIn;
}

function sayUnknown(name: string): void {
  const shown = toPlainLine(name, 60);
  notify('information', vscode.l10n.t('It is not known how {0} is logged in to.', shown));
}
