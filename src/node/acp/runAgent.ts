import { holdTurn } from './holdTurn.ts';
import { prepareTurn } from './prepareTurn.ts';
import { errorText } from '../../base/errorText.ts';
import type { AcpAgent } from '../../core/acp/acpAgent.ts';
import type { ExecutionControl, ExecutionOutput } from '../../core/sessions/sessionExecutor.ts';
import type { RunSpec } from '../../core/sessions/sessionSpec.ts';
import { defaultAcpPace, type AcpExecutorOptions } from './acpExecutorOptions.ts';
import { agentEnvironment } from './agentEnvironment.ts';
import { AgentProgram } from './agentProgram.ts';
import { OrphanGuard } from './orphanGuard.ts';
import { SessionEntry } from './sessionEntry.ts';
import type { Turn } from './turn.ts';

/** What is executed, by whom, and who watches. */
export interface AgentRun {
  readonly spec: RunSpec;
  readonly agent: AcpAgent;
  readonly control: ExecutionControl;
}

/**
 * Runs one prompt to its end, with one entry for the agent, its locks, and its process; nothing of them
 * is left when it resolves. @throws ExecutionFailure
 */
export async function runAgent(
  run: AgentRun,
  options: AcpExecutorOptions,
): Promise<ExecutionOutput> {
  const { agent, spec, control } = run;
  const pace = { ...defaultAcpPace, ...options.pace };
  const { cwd, parent, identity } = spec;
  const entry = new SessionEntry({ agent, cwd, parent }, options);
  const registered = entry.register();
  // Whoever waits for it is told.
  registered.catch(() => undefined);
  const guard = OrphanGuard.start();
  const noteProblem = (error: unknown): void => {
    const title = 'What the agent started may still run';
    control.report({ kind: 'note', title, content: errorText(error) });
  };
  let isDone = false;
  let program: AgentProgram | undefined;
  let turn: Turn | undefined;
  try {
    const env = agentEnvironment(agent, { env: options.env, entryId: entry.entryId, identity });
    const { command, args, displayName } = agent;
    program = await AgentProgram.start({ command, args, cwd, env }, displayName);
    guard.watch(program.pid);
    // It takes its time to start, and is asked for nothing before it is registered.
    await registered;
    control.report({
      kind: 'update',
      update: { kind: 'other', name: 'agent-entry', value: { id: entry.entryId } },
    });
    [turn] = await Promise.all([
      prepareTurn({ ...run, entry, program, env, pace, guard }, options),
      entry.noteProcess(program.pid),
    ]);
    const output = await holdTurn(turn, options);
    isDone = !control.signal.aborted;
    return output;
  } finally {
    const leaveAfterMs = isDone ? pace.leaveAfterMs : 0;
    const { probe } = options.registry;
    await turn?.terminals.releaseAll().catch(noteProblem);
    // Its hooks may still tell what it did, so that its turn ends after it.
    await program?.stop({ probe, leaveAfterMs, killAfterMs: pace.killAfterMs }).catch(noteProblem);
    guard.dispose();
    await endOfTurn(turn);
    await registered.catch(() => undefined);
    await entry.end(isDone ? 'complete' : 'abandoned').catch(() => undefined);
  }
}

/** What it had in hand is not any more, however it ended. */
async function endOfTurn(turn: Turn | undefined): Promise<void> {
  if (turn === undefined) return;
  const { watch, edits, locks } = turn;
  await watch.settled();
  await edits.flush().catch(() => undefined);
  await locks.closeTurn(edits.edits).catch((error: unknown) => {
    turn.note('The locks of the agent could not be given back', String(error));
  });
}
