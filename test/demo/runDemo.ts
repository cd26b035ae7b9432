import { inspect } from 'node:util';

import { cliPath } from '../support/cliPath.ts';
import { onProcessEnd } from '../support/vscode/processEnd.ts';
import { openDemoWindow, type DemoWindow } from './demoWindow.ts';
import { startDemo, type Demo } from './demoWorkspace.ts';
import { killDescendants } from './endProcesses.ts';
import { introduction } from './introduction.ts';
import { said, startRealClaude, type RealClaude, type RealClaudeOptions } from './realClaude.ts';
import { step, StepError } from './step.ts';

/**
 * The demo from beginning to end: it ends when its input does, or when its window is closed. What is
 * only half made by then goes when the process ends.
 */
const hasWindow = !process.argv.includes('--no-window');
let demo: Demo | undefined;
let window: DemoWindow | undefined;
let realClaude: RealClaude | undefined;
const ending = new AbortController();

onProcessEnd(killDescendants);
process.stdin.once('end', () => void end(0)).resume();
// Nobody reads it any more, but the demo goes on until it is told to end.
process.stdout.on('error', () => undefined);

try {
  demo = await step({ what: 'Starting the agents', help: 'npm run build' }, () =>
    startDemo({ cli: cliPath() }),
  );
  const { folder, person } = demo;
  // It may have to be installed, for which nobody waits.
  void joinRealClaude({ repository: folder, startedBy: person });
  if (hasWindow) {
    window = await step({ what: 'Opening VS Code', help: 'npm start -- --no-window' }, () =>
      openDemoWindow(folder),
    );
  }
  process.stdout.write(
    introduction({ folder, ...(window === undefined ? {} : { window: window.where }) }),
  );
  if (window !== undefined) {
    const { closed } = window;
    // The error names the command itself.
    await step({ what: 'Opening VS Code' }, () => closed);
    await end(0);
  }
} catch (error) {
  if (!ending.signal.aborted) report(error);
  await end(1);
}

/** Never rejects: the demo goes on without it. */
async function joinRealClaude(
  where: Pick<RealClaudeOptions, 'repository' | 'startedBy'>,
): Promise<void> {
  try {
    const joined = await startRealClaude({ ...where, cli: cliPath() });
    if (ending.signal.aborted) return void (await joined.stop());
    realClaude = joined;
    process.stdout.write('A real Claude Code joins; a script on this machine is its model.\n');
  } catch (error) {
    if (!ending.signal.aborted) {
      process.stdout.write(`The demo goes on without a real Claude Code: ${said(error)}\n`);
    }
  }
}

/** Never rejects. A second call does nothing. */
async function end(exitCode: number): Promise<void> {
  if (ending.signal.aborted) return;
  ending.abort();
  try {
    await window?.stop();
    await realClaude?.stop();
    await demo?.stop();
    process.exit(exitCode);
  } catch (error) {
    report(error);
    process.exit(1);
  }
}

function report(error: unknown): void {
  const text = error instanceof StepError ? error.message : inspect(error);
  process.stderr.write(`\n${text}\n`);
}
