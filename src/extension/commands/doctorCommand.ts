import * as vscode from 'vscode';
import { version } from '../../../package.json';
import { countVerdicts, type DoctorReport } from '../../core/harness/doctor/doctorReport.ts';
import { connectionRecipes } from '../../harnesses/connecting/connectionRecipes.ts';
import { sampleEdit } from '../../harnesses/sampleEdit.ts';
import type { HookProgram } from '../../node/doctor/hookRun.ts';
import { runDoctor } from '../../node/doctor/runDoctor.ts';
import { doctorMarkdown, doctorSummary } from '../../presentation/doctorReport.ts';
import type { CommandId } from '../ids.ts';
import type { CommandHandler, CommandServices } from './commandServices.ts';
import { ownProgram, pickCheckout } from './connectPlaces.ts';
import { commandAction, notify, type NotificationAction } from './notify.ts';

/** Looks what keeps agents from joining and from being kept apart, and shows it as a page. */
export function createDoctorCommand(
  services: Pick<CommandServices, 'registries' | 'context' | 'texts'>,
): CommandHandler {
  return async () => {
    const { t } = vscode.l10n;
    const title = t('Heddle Agents: Doctor');
    const checkout = await pickCheckout(services.registries, { title });
    if (checkout === undefined) return undefined;
    const { places } = checkout;
    const report = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: t('Looking at agents and locks…') },
      () =>
        runDoctor({
          cwd: places.checkout,
          places,
          recipes: connectionRecipes(process.platform),
          trial: { program: hookProgram(services), editOf: sampleEdit },
          version,
          nowMs: Date.now(),
        }),
    );
    const uri = services.texts.uri('/Heddle Agents Doctor.md', report.root);
    services.texts.set(uri, doctorMarkdown(report));
    await showPage(uri);
    const counts = countVerdicts(report);
    if (counts.problem > 0) notify('warning', doctorSummary(report), actionsFor(report));
    return { problems: counts.problem, warnings: counts.warning };
  };
}

/** As a page where the editor can, else as its text. */
async function showPage(uri: vscode.Uri): Promise<void> {
  try {
    await vscode.commands.executeCommand('markdown.showPreview', uri);
  } catch {
    // The extension that draws Markdown can be switched off.
    await vscode.window.showTextDocument(uri);
  }
}

function actionsFor({ checks }: DoctorReport): readonly NotificationAction[] {
  const { t } = vscode.l10n;
  const ids = checks.filter(({ verdict }) => verdict === 'problem').map(({ id }) => id);
  const connect: CommandId = 'heddle.agents.connect';
  const settings: CommandId = 'heddle.hooks.openSettings';
  const initialise: CommandId = 'heddle.registry.initialise';
  const isConnection = ids.some((id) => /^launcher$|\.(?:connected|refuses)$/.test(id));
  return [
    ...(ids.includes('registry') ? [commandAction(t('Initialise'), initialise)] : []),
    ...(isConnection ? [commandAction(t('Connect Agents…'), connect)] : []),
    ...(ids.includes('hook-settings') ? [commandAction(t('Open Hook Settings'), settings)] : []),
  ];
}

/** The program that agents call, in this editor's own runtime. */
function hookProgram(services: Pick<CommandServices, 'context'>): HookProgram {
  const { cli } = ownProgram(services);
  const isElectron = process.versions.electron !== undefined;
  const env = isElectron ? { env: { ELECTRON_RUN_AS_NODE: '1' } } : {};
  return { command: process.execPath, args: [cli], ...env };
}
