import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

import { closeSharedBrowser } from '../support/vscode/browser.ts';
import { runHostSuite } from '../support/vscode/hostRun.ts';
import type { HostRun } from '../support/vscode/hostRun.ts';
import { runInCodeServer, runOnDesktop } from '../support/vscode/hostSession.ts';
import { ensureCodeServer } from '../support/vscode/installCodeServer.ts';
import { say } from '../support/vscode/npmInstall.ts';
import { chooseHost } from './desktop.ts';

/** The windows that the extension is tested in; a folder of tests for each. */
const allRuns: readonly HostRun[] = [
  {
    name: 'trusted',
    suiteGlob: 'test/host/*.host.ts',
    prepareWorkspace: makeRepository,
    isTrusted: true,
  },
  {
    name: 'restricted',
    suiteGlob: 'test/host/restricted/*.host.ts',
    prepareWorkspace: makeRepository,
    isTrusted: false,
  },
  {
    name: 'multi-root',
    suiteGlob: 'test/host/multiRoot/*.host.ts',
    prepareWorkspace: makeTwoRepositories,
    isTrusted: true,
  },
  {
    name: 'empty',
    suiteGlob: 'test/host/empty/*.host.ts',
    prepareWorkspace: () => Promise.resolve(undefined),
    isTrusted: true,
  },
];

/**
 * Runs suites inside the extension host of a real VS Code and says which one that is. Returns
 * false when a test failed, when none ran, or when a host did not come to its end.
 */
export async function runHostTests(
  runs: readonly HostRun[],
  options: { readonly grep?: string } = {},
): Promise<boolean> {
  const host = await chooseHost();
  let label: string;
  if (host.kind === 'desktop') label = `desktop: ${host.label}`;
  else label = `code-server (VS Code ${(await ensureCodeServer()).vscodeVersion})`;

  let ran = 0;
  let isPassed = true;
  try {
    for (const run of runs) {
      const result = await runHostSuite(
        run,
        async (session) => {
          say(`host tests "${run.name}" in ${label}`);
          return await (host.kind === 'desktop'
            ? runOnDesktop(session, host.executablePath)
            : runInCodeServer(session));
        },
        options,
      );
      if (result.kind === 'no-files') {
        say(`host tests "${run.name}": there is no ${run.suiteGlob}`);
        continue;
      }
      ran += result.ran;
      if (result.kind === 'passed') continue;
      isPassed = false;
      say(`host tests "${run.name}" FAILED: ${result.reason}`);
    }
  } finally {
    await closeSharedBrowser();
  }
  if (ran === 0) say('No host test ran.');
  return isPassed && ran > 0;
}

async function makeRepository(directory: string): Promise<string> {
  const git = promisify(execFile);
  await mkdir(join(directory, 'src'), { recursive: true });
  await writeFile(join(directory, 'README.md'), '# A repository\n');
  await writeFile(join(directory, 'src/main.ts'), 'export const answer = 42;\n');
  await git('git', ['init', '--quiet', '--initial-branch=main'], { cwd: directory });
  await git('git', ['add', '--all'], { cwd: directory });
  await git(
    'git',
    [
      ...['-c', 'user.name=Test', '-c', 'user.email=test@example.com'],
      ...['-c', 'commit.gpgsign=false', 'commit', '--quiet', '--message=First'],
    ],
    { cwd: directory },
  );
  return directory;
}

async function makeTwoRepositories(directory: string): Promise<string> {
  const folders = ['first', 'second'];
  for (const name of folders) {
    await mkdir(join(directory, name));
    await makeRepository(join(directory, name));
  }
  const file = join(directory, 'both.code-workspace');
  await writeFile(file, JSON.stringify({ folders: folders.map((path) => ({ path })) }));
  return file;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const option = (name: string): string | undefined => {
    const at = process.argv.indexOf(name);
    return at < 0 ? undefined : process.argv[at + 1];
  };
  const grep = option('--grep');
  const only = option('--run');
  try {
    const runs = allRuns.filter((run) => only === undefined || run.name === only);
    const isPassed = await runHostTests(runs, grep === undefined ? {} : { grep });
    process.exitCode = isPassed ? 0 : 1;
  } catch (error) {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exitCode = 1;
  }
  setTimeout(() => {
    say('something is still open; ending anyway');
    process.exit();
  }, 10_000).unref();
}
