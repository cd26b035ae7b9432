import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { bundleHostSuite, createPositionMapper, filesMatching } from './bundleHostSuite.ts';
import { followReport } from './hostReport.ts';
import type { HostOutcome, HostSession } from './hostSession.ts';
import { projectRoot } from './projectPaths.ts';
import type { Settings } from './userData.ts';

/** A suite, and the window that it runs in. */
export interface HostRun {
  /** Names the run in what is printed, and its bundle. */
  readonly name: string;
  /** The test files, relative to the project, e.g. `test/host/*.host.ts`. */
  readonly suiteGlob: string;
  /** Fills a fresh folder; returns what is opened of it, or undefined for an empty window. */
  readonly prepareWorkspace: (directory: string) => Promise<string | undefined>;
  /** False opens it restricted. */
  readonly isTrusted: boolean;
  /** Absent means this project. */
  readonly extensionDevelopmentPath?: string;
  readonly settings?: Settings;
  readonly env?: NodeJS.ProcessEnv;
  readonly timeoutMs?: number;
}

export type HostRunResult =
  | { readonly kind: 'no-files' }
  | { readonly kind: 'passed'; readonly ran: number }
  | { readonly kind: 'failed'; readonly ran: number; readonly reason: string };

const runTimeoutMs = 10 * 60_000;
const logTailLines = 80;

/**
 * Runs one suite in a host that `startHost` starts and ends, printing what mocha prints while it
 * runs. The suite finds its folder in `HEDDLE_TEST_WORKSPACE`; the folder is removed afterwards.
 */
export async function runHostSuite(
  run: HostRun,
  startHost: (session: HostSession) => Promise<HostOutcome>,
  options: { readonly grep?: string } = {},
): Promise<HostRunResult> {
  const files = await filesMatching(run.suiteGlob);
  if (files.length === 0) return { kind: 'no-files' };

  const suitePath = await bundleHostSuite(run.name, files);
  const withPositions = await createPositionMapper(suitePath);
  const timeoutMs = run.timeoutMs ?? runTimeoutMs;
  const directory = await mkdtemp(join(tmpdir(), `heddle-host-`));
  const reportPath = join(directory, 'report.ndjson');
  const workspace = await mkdtemp(join(directory, 'workspace-'));
  const report = followReport(reportPath, (text) =>
    process.stdout.write(`${withPositions(text)}\n`),
  );
  try {
    const outcome = await startHost({
      target: await run.prepareWorkspace(workspace),
      extensionDevelopmentPath: run.extensionDevelopmentPath ?? projectRoot,
      suitePath,
      isTrusted: run.isTrusted,
      settings: run.settings ?? {},
      timeoutMs,
      env: {
        ...run.env,
        HEDDLE_HOST_REPORT: reportPath,
        HEDDLE_HOST_COLOR: process.stdout.isTTY ? '1' : '0',
        HEDDLE_HOST_GREP: options.grep ?? '',
        HEDDLE_TEST_WORKSPACE: workspace,
      },
    });
    await report.close();
    const result = judge(outcome, report.result(), timeoutMs);
    if (result.kind === 'passed' && result.ran === 0 && options.grep === undefined) {
      return { kind: 'failed', ran: 0, reason: `no test ran out of ${run.suiteGlob}` };
    }
    return result;
  } finally {
    await report.close();
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Only a suite that came to its end without a failure, in a host that agrees, has passed. */
function judge(
  outcome: HostOutcome,
  result: { readonly ran: number; readonly failures: number } | undefined,
  timeoutMs: number,
): HostRunResult {
  const ran = result?.ran ?? 0;
  const withLog = (what: string): HostRunResult => {
    const tail = outcome.log.split('\n').slice(-logTailLines).join('\n');
    return { kind: 'failed', ran, reason: `${what}; the end of its log:\n${tail}` };
  };

  if (outcome.exit === 'timed-out') {
    return withLog(`the extension host was not done after ${timeoutMs / 1000} s`);
  }
  if (result === undefined) return withLog('the suite did not come to its end');
  if (result.failures > 0) return withLog(`${result.failures} tests failed`);
  if (outcome.exit === 'failed') return withLog('the extension host ended with an error');
  return { kind: 'passed', ran };
}
