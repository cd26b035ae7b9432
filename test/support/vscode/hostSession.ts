import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Page } from 'playwright-core';

import { sharedBrowser } from './browser.ts';
import { startCodeServer } from './codeServer.ts';
import { mergeSettings, quietSettings, readLogs } from './userData.ts';
import type { Settings } from './userData.ts';

/** One start of an extension host with a suite in it. */
export interface HostSession {
  /** A folder, a `.code-workspace` file, or undefined for an empty window. */
  readonly target: string | undefined;
  readonly extensionDevelopmentPath: string;
  /** A CommonJS file that exports `run()`. */
  readonly suitePath: string;
  readonly isTrusted: boolean;
  readonly settings: Settings;
  readonly env: NodeJS.ProcessEnv;
  readonly timeoutMs: number;
}

/** How a session came to its end; `log` is what to look at when that was not as expected. */
export interface HostOutcome {
  readonly exit: 'succeeded' | 'failed' | 'timed-out';
  readonly log: string;
}

/** What the page itself says at each start. */
const consoleNoise =
  /^(Resolv|Creating a socket|Ignoring fetching|Updating additional|\[(reconnection|Service Worker|AgentHost|AccountPolicy))/;

/** Runs a suite in the extension host of a code-server. No process of it is left afterwards. */
export async function runInCodeServer(session: HostSession): Promise<HostOutcome> {
  const server = await startCodeServer({
    ...(session.target === undefined ? {} : { folder: session.target }),
    trustedWorkspaces: session.isTrusted,
    settings: { 'security.workspace.trust.startupPrompt': 'never', ...session.settings },
    env: session.env,
    idleTimeoutSeconds: 900,
  });
  const context = await (await sharedBrowser()).newContext();
  const consoleLines: string[] = [];
  try {
    const page = await context.newPage();
    await page.exposeFunction('codeAutomationLog', (type: string, args: readonly unknown[]) => {
      const line = args.map(String).join(' ');
      if (!consoleNoise.test(line)) consoleLines.push(`[${type}] ${line}`);
    });
    const exitCode = new Promise<number>((resolve) => {
      void page.exposeFunction('codeAutomationExit', resolve);
    });
    await enableTestDriver(page);
    await page.goto(testUrl(server.url(session.target), server.port, session));

    const exit = await withinTime(exitCode, session.timeoutMs);
    const log = [await server.logs(), '--- console', ...consoleLines].join('\n');
    return { exit: exit === undefined ? 'timed-out' : exit === 0 ? 'succeeded' : 'failed', log };
  } finally {
    await context.close();
    await server.stop();
  }
}

/** Runs a suite in a desktop VS Code, with settings and extensions of its own. */
export async function runOnDesktop(
  session: HostSession,
  vscodeExecutablePath: string,
): Promise<HostOutcome> {
  const { runTests } = await import('@vscode/test-electron');
  const profile = await mkdtemp(join(tmpdir(), 'heddle-desktop-'));
  try {
    await mergeSettings(profile, {
      ...quietSettings,
      'security.workspace.trust.startupPrompt': 'never',
      ...session.settings,
    });
    const running = runTests({
      vscodeExecutablePath,
      extensionDevelopmentPath: session.extensionDevelopmentPath,
      extensionTestsPath: session.suitePath,
      extensionTestsEnv: { ...session.env, ELECTRON_RUN_AS_NODE: undefined },
      launchArgs: [
        ...(session.target === undefined ? [] : [session.target]),
        ...['--user-data-dir', profile, '--extensions-dir', join(profile, 'extensions')],
        ...(session.isTrusted ? ['--disable-workspace-trust'] : []),
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        '--disable-updates',
        '--skip-welcome',
        '--skip-release-notes',
      ],
    }).then(
      (code) => code,
      () => 1,
    );
    const exit = await withinTime(running, session.timeoutMs);
    return {
      exit: exit === undefined ? 'timed-out' : exit === 0 ? 'succeeded' : 'failed',
      log: await readLogs(join(profile, 'logs')),
    };
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 5 }).catch(() => undefined);
  }
}

/** The page starts a suite only when its configuration says that it is under test. */
async function enableTestDriver(page: Page): Promise<void> {
  await page.route(
    (url) => url.pathname === '/',
    async (route) => {
      const response = await route.fetch();
      const body = (await response.text()).replace(
        /(id="vscode-workbench-web-configuration"\s+data-settings=")([^"]*)"/,
        (_all, start: string, escaped: string) => {
          const configuration = JSON.parse(unescapeHtml(escaped)) as Record<string, object>;
          configuration.developmentOptions = {
            ...configuration.developmentOptions,
            enableSmokeTestDriver: true,
          };
          return `${start}${escapeHtml(JSON.stringify(configuration))}"`;
        },
      );
      await route.fulfill({ response, body });
    },
  );
}

function testUrl(base: string, port: number, session: HostSession): string {
  const remote = (path: string): string => `vscode-remote://127.0.0.1:${port}${path}`;
  const url = new URL(base);
  url.searchParams.set(
    'payload',
    JSON.stringify([
      ['extensionDevelopmentPath', remote(session.extensionDevelopmentPath)],
      ['extensionTestsPath', remote(session.suitePath)],
    ]),
  );
  return url.href;
}

async function withinTime<T>(promise: Promise<T>, timeoutMs: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), timeoutMs);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

const htmlEntities = [
  ['&', '&amp;'],
  ['"', '&quot;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
] as const;

function escapeHtml(text: string): string {
  return htmlEntities.reduce((all, [plain, entity]) => all.replaceAll(plain, entity), text);
}

function unescapeHtml(text: string): string {
  return htmlEntities.reduceRight(
    (all, [plain, entity]) => all.replaceAll(entity, plain),
    text.replaceAll('&#39;', "'"),
  );
}
