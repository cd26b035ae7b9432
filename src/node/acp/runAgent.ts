import { errorText } from '../../base/errorText.ts';
import { partyOf } from '../../core/activity/agentParty.ts';
import type { AcpAgent } from '../../core/acp/acpAgent.ts';
import { ToolCallBook } from '../../core/acp/toolCallBook.ts';
import type { ActivityParty } from '../../core/activity/activityEvent.ts';
import type { ExecutionControl, ExecutionOutput } from '../../core/sessions/sessionExecutor.ts';
import type { RunSpec } from '../../core/sessions/sessionSpec.ts';
import { AgentFiles } from '../harnessSessions/agentFiles.ts';
import { readHookSettings } from '../harnessSessions/hookSettingsFile.ts';
import { sessionRecordsFolder } from '../harnessSessions/sessionRecordFile.ts';
import { SessionRecords } from '../harnessSessions/sessionRecords.ts';
import { defaultAcpPace, type AcpExecutorOptions } from './acpExecutorOptions.ts';
import { agentEnvironment } from './agentEnvironment.ts';
import { AgentProgram } from './agentProgram.ts';
import { ClientFiles } from './clientFiles.ts';
import { ClientTerminals } from './clientTerminals.ts';
import { EditRecord } from './editRecord.ts';
import { EditWatch } from './editWatch.ts';
import { OrphanGuard } from './orphanGuard.ts';
import { Permissions } from './permissions.ts';
import { SessionEntry } from './sessionEntry.ts';
import { SessionLocks } from './sessionLocks.ts';
import { holdTurn } from './holdTurn.ts';
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
  const { cwd, parent } = spec;
  const entry = await SessionEntry.register({ agent, cwd, parent }, options);
  control.report({
    kind: 'update',
    update: { kind: 'other', name: 'agent-entry', value: { id: entry.entryId } },
  });
  const guard = OrphanGuard.start();
  const noteProblem = (error: unknown): void => {
    const title = 'What the agent started may still run';
    control.report({ kind: 'note', title, content: errorText(error) });
  };
  let isDone = false;
  let program: AgentProgram | undefined;
  let turn: Turn | undefined;
  try {
    const env = agentEnvironment(agent, { env: options.env, entryId: entry.entryId });
    const { command, args, displayName } = agent;
    program = await AgentProgram.start({ command, args, cwd, env }, displayName);
    guard.watch(program.pid);
    await entry.noteProcess(program.pid);
    turn = await prepareTurn({ ...run, entry, program, env, pace, guard }, options);
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

async function prepareTurn(
  run: Pick<Turn, 'spec' | 'agent' | 'control' | 'entry' | 'program' | 'pace'> & {
    readonly env: Readonly<Record<string, string>>;
    readonly guard: OrphanGuard;
  },
  { registry, locks: openLocks, clock, policy, refusal, editor }: AcpExecutorOptions,
): Promise<Turn> {
  const { spec, control, entry, env, pace } = run;
  const { cwd } = spec;
  const { paths, locks: fileLocks } = openLocks;
  const { settings } = readHookSettings(registry.location);
  const others = new SessionRecords(sessionRecordsFolder(registry.location), clock);
  const locks = new SessionLocks({
    entryId: entry.entryId,
    cwd,
    locks: fileLocks,
    files: new AgentFiles(paths),
    others,
    settings,
    clock,
    renewEntry: () => entry.renew(),
    refusal,
  });
  const note = (title: string, content: string): void =>
    control.report({ kind: 'note', title, content });
  const onRefused = (reason: string): void => note('An edit was refused', reason);
  const hasHooks = async (): Promise<boolean> => (await others.find(entry.entryId)) !== undefined;
  const edits = new EditRecord({
    actor: await actorOf(run, registry),
    activity: registry.activity,
    locks,
    clock,
    hasHooks,
  });
  const watch = new EditWatch({
    locks,
    edits,
    clock,
    onUnguarded: (changed) =>
      note('A file was edited that somebody else holds', changed.join(', ')),
    onProblem: (problem) => note('An edit could not be recorded', problem),
  });
  const calls = new ToolCallBook();
  const { failClosed } = settings;
  return {
    ...run,
    note,
    hasHooks,
    locks,
    edits,
    watch,
    calls,
    permissions: new Permissions({ control, calls, locks, watch, policy, failClosed, onRefused }),
    files: new ClientFiles({ cwd, paths, locks, edits, editor, clock, failClosed, onRefused }),
    terminals: new ClientTerminals({
      cwd,
      env,
      paths,
      probe: registry.probe,
      killAfterMs: pace.killAfterMs,
      guard: run.guard,
    }),
  };
}

async function actorOf(
  { entry }: Pick<Turn, 'entry'>,
  { registry }: AcpExecutorOptions['registry'],
): Promise<ActivityParty> {
  const known = await registry.load(entry.entryId);
  return known ? partyOf(known) : { sessionId: entry.entryId, name: entry.entryId };
}
