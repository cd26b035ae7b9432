import * as vscode from 'vscode';
import {
  asListOf,
  asName,
  asPath,
  asText,
  fieldsOf,
  optional,
} from '../../../core/sessions/fieldReaders.ts';
import { RegistryError } from '../../../core/agents/registryError.ts';
import { isSessionId } from '../../../core/agents/sessionId.ts';
import { maxContextFiles } from '../../../core/sessions/sessionSpec.ts';
import { toPlainLine } from '../../../presentation/plainText.ts';
import type { CommandHandler } from '../../commands/commandServices.ts';
import { isWithin } from '../windowConcern.ts';
import type { SessionServices } from '../sessionServices.ts';
import { readPermissionPolicy } from '../sessionSettings.ts';
import type { StartWish } from '../sessionStarter.ts';
import { askStart } from './askStart.ts';
import { withSelection } from './selectionPrompt.ts';
import { givenPlace, pickedPlace, type StartPlace } from './startPlace.ts';

/** What other code may pass to start a session without asking anything. */
export interface SessionStartArguments {
  /** The id of an agent. */
  readonly agent: string;
  readonly prompt: string;
  /** An absolute path in a folder of this window. */
  readonly folder: string;
  /** Absolute paths. */
  readonly files?: readonly string[] | undefined;
  /** The session id of the agent's entry for which it works. */
  readonly parent?: string | undefined;
}

type Services = Pick<SessionServices, 'registries' | 'agents' | 'memory' | 'starter' | 'panels'>;

/** Starts a session: asks what is needed, or takes `SessionStartArguments`. Resolves to `{sessionId}`. */
export function createStartSessionCommand(services: Services): CommandHandler {
  return async (given) => {
    if (typeof given === 'object' && given !== null && 'prompt' in given) {
      return startSession(wishOf(given, services), services);
    }
    const place = await pickedPlace(services.registries);
    return place && askAndStart(place, services);
  };
}

/** The same for the files, folder, selection or agent that it was called on. */
export function createStartHereCommand(services: Services): CommandHandler {
  return async (...args) => {
    const place =
      (await givenPlace(args, services.registries)) ?? (await pickedPlace(services.registries));
    return place && askAndStart(place, services);
  };
}

async function askAndStart(place: StartPlace, services: Services): Promise<unknown> {
  const { t } = vscode.l10n;
  const about = [aboutOf(place), policyText()].filter((text) => text !== '').join(' · ');
  const asked = await askStart(services, { title: t('Start Session'), about });
  if (asked === undefined) return undefined;
  const { root, cwd, contextFiles, parent, selection } = place;
  const prompt = withSelection(asked.prompt, selection);
  return startSession({ root, cwd, contextFiles, parent, agent: asked.agent, prompt }, services);
}

/** Starts it and shows its page. */
export async function startSession(
  wish: StartWish,
  { starter, panels }: Pick<SessionServices, 'starter' | 'panels'>,
): Promise<{ readonly sessionId: string }> {
  const ref = await starter.start(wish);
  panels.show(ref);
  return { sessionId: ref.sessionId };
}

/** What the agent will do without asking; empty for nothing. */
function policyText(): string {
  const { t } = vscode.l10n;
  const { edits, commands } = readPermissionPolicy();
  if (commands === 'allow') return t('it edits free files and runs commands without asking');
  return edits === 'allow' ? t('it edits free files without asking') : '';
}

function aboutOf({ cwd, contextFiles, selection }: StartPlace): string {
  const { t } = vscode.l10n;
  const name = (path: string): string =>
    toPlainLine(vscode.workspace.asRelativePath(path, false), 120);
  const [first, ...others] = contextFiles;
  if (selection) {
    return t(
      'About lines {0} to {1} of {2}',
      ...[selection.firstLine, selection.lastLine],
      name(selection.path),
    );
  }
  if (first === undefined) return t('It works in {0}', toPlainLine(cwd, 120));
  return others.length === 0
    ? t('About {0}', name(first))
    : t('About {0} and {1} more', name(first), others.length);
}

/** @throws MalformedField, RegistryError `outside-root` */
function wishOf(value: object, { registries }: Services): StartWish {
  const at = fieldsOf(value, '');
  const folder = at('folder', asPath);
  const root = registries.roots.find(({ folders }) =>
    folders.some(({ uri }) => isWithin(folder, uri.fsPath)),
  );
  if (root === undefined) {
    const message = vscode.l10n.t('{0} is in no folder of this workspace.', toPlainLine(folder));
    throw new RegistryError('outside-root', message, { file: folder });
  }
  const parent = at('parent', optional(asName));
  return {
    root,
    cwd: folder,
    agent: at('agent', asName),
    prompt: at('prompt', asText),
    contextFiles: at('files', optional(asListOf(asPath, maxContextFiles))),
    parent: parent !== undefined && isSessionId(parent) ? { sessionId: parent } : undefined,
  };
}
