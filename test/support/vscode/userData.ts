import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** User settings by their full names. */
export type Settings = Readonly<Record<string, unknown>>;

/** What keeps a fresh workbench quiet: no welcome page, no chat, no update or Git questions. */
export const quietSettings: Settings = {
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'workbench.tips.enabled': false,
  'workbench.colorTheme': 'Default Dark Modern',
  'window.autoDetectColorScheme': false,
  'telemetry.telemetryLevel': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'git.openRepositoryInParentFolders': 'never',
  'security.workspace.trust.banner': 'never',
  'workbench.reduceMotion': 'on',
  // Sources are opened, but nobody asks what they mean.
  'typescript.tsserver.useSyntaxServer': 'always',
  'typescript.disableAutomaticTypeAcquisition': true,
  'terminal.integrated.suggest.enabled': false,
  'npm.autoDetect': 'off',
};

/** Merges these into the user settings of a user data folder. */
export async function mergeSettings(userDataDir: string, settings: Settings): Promise<void> {
  const file = join(userDataDir, 'User/settings.json');
  await mkdir(join(userDataDir, 'User'), { recursive: true });
  const before = await readFile(file, 'utf8').then(
    (text) => JSON.parse(text) as Settings,
    () => ({}),
  );
  await writeFile(file, `${JSON.stringify({ ...before, ...settings }, undefined, 2)}\n`);
}

/** All that was logged, but by built-in extensions; what the extension hosts wrote comes last. */
export async function readLogs(logsDir: string): Promise<string> {
  const names = await readdir(logsDir, { recursive: true }).catch(() => []);
  const files: { path: string; order: number }[] = [];
  for (const name of names) {
    if (!name.endsWith('.log') || /[\\/]vscode\.[^\\/]+[\\/]/.test(name)) continue;
    const path = join(logsDir, name);
    const { mtimeMs } = await stat(path);
    files.push({ path, order: mtimeMs + (name.includes('exthost') ? Date.now() : 0) });
  }
  files.sort((a, b) => a.order - b.order);

  const parts: string[] = [];
  for (const { path } of files) {
    const text = (await readFile(path, 'utf8')).trimEnd();
    if (text !== '') parts.push(`--- ${relative(logsDir, path)}\n${text}`);
  }
  return parts.join('\n');
}
