import { join } from 'node:path';
import * as vscode from 'vscode';
import { errorText } from '../../base/errorText.ts';
import { isRegistryError, type RegistryErrorCode } from '../../core/agents/registryError.ts';
import { toBrokenElement } from '../../presentation/brokenElement.ts';
import { toPlainBlock, toPlainLine } from '../../presentation/plainText.ts';
import type { CommandId } from '../ids.ts';
import type { CommandHandler, CommandServices } from './commandServices.ts';
import { commandAction, notify, type NotificationAction } from './notify.ts';
import { registryErrorNotice, type ErrorNotice, type Remedy } from './registryErrorNotice.ts';

/** What a command that failed returns to the code that called it. */
export interface CommandFailure {
  readonly error: { readonly code: RegistryErrorCode | 'unexpected'; readonly message: string };
}

/** A command with everything that handling its errors needs. */
export interface CommandRun {
  readonly id: CommandId;
  readonly handler: CommandHandler;
  readonly args: readonly unknown[];
}

/**
 * The single boundary of all commands: what one throws is logged with its id, told to the person in a
 * sentence with what can be done about it, and returned as a `CommandFailure`. It never rejects.
 */
export async function runCommand(
  run: CommandRun,
  services: Pick<CommandServices, 'logger' | 'registries'>,
): Promise<unknown> {
  try {
    return await run.handler(...run.args);
  } catch (error) {
    const notice = noticeOf(error);
    if (notice.severity === 'error') services.logger.error(`${run.id} failed.`, logText(error));
    else services.logger.info(`${run.id} was refused: ${toPlainLine(errorText(error), 1000)}`);
    const actions = remedyActions(notice.remedies, { run, error, services });
    notify(notice.severity, notice.message, actions);
    const code = isRegistryError(error) ? error.code : 'unexpected';
    return { error: { code, message: errorText(error) } } satisfies CommandFailure;
  }
}

/** The stack too, but nothing that a terminal showing the log would obey. */
function logText(error: unknown): string {
  return toPlainBlock(error instanceof Error ? (error.stack ?? error.message) : errorText(error));
}

function noticeOf(error: unknown): ErrorNotice {
  if (isRegistryError(error)) return registryErrorNotice(error);
  return {
    severity: 'error',
    message: vscode.l10n.t('Something went wrong: {0}', errorText(error)),
    remedies: ['show-log'],
  };
}

interface RemedyContext {
  readonly run: CommandRun;
  readonly error: unknown;
  readonly services: Pick<CommandServices, 'registries'>;
}

function remedyActions(
  remedies: readonly Remedy[],
  context: RemedyContext,
): readonly NotificationAction[] {
  return remedies
    .map((remedy) => remedyAction(remedy, context))
    .filter((action) => action !== undefined);
}

function remedyAction(
  remedy: Remedy,
  { run, error, services }: RemedyContext,
): NotificationAction | undefined {
  const { t } = vscode.l10n;
  switch (remedy) {
    case 'retry':
      return commandAction(t('Retry'), run.id, ...run.args);
    case 'show-log':
      return commandAction(t('Show Log'), 'heddle.log.show' satisfies CommandId);
    case 'manage-trust':
      return commandAction(t('Manage Workspace Trust'), 'workbench.trust.manage');
    case 'initialise':
      return commandAction(t('Initialise'), 'heddle.registry.initialise' satisfies CommandId);
    case 'open-file': {
      const element = elementOfFile(
        isRegistryError(error) ? error.details.file : undefined,
        services,
      );
      const command = 'heddle.agent.openEntryFile' satisfies CommandId;
      return element === undefined ? undefined : commandAction(t('Open File'), command, element);
    }
  }
}

/** The row of the file that an error names, by its name or by its whole path. */
function elementOfFile(
  file: string | undefined,
  { registries }: RemedyContext['services'],
): string | undefined {
  if (file === undefined) return undefined;
  for (const { location, folder, snapshot } of registries.roots) {
    const record = snapshot.broken.find(
      ({ fileName }) => fileName === file || join(folder, fileName) === file,
    );
    if (record) return toBrokenElement({ root: location.root, fileName: record.fileName });
  }
  return undefined;
}
