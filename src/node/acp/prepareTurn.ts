import { partyOf } from '../../core/activity/agentParty.ts';
import { ToolCallBook } from '../../core/acp/toolCallBook.ts';
import type { ActivityParty } from '../../core/activity/activityEvent.ts';
import { AgentFiles } from '../harnessSessions/agentFiles.ts';
import { readHookSettings } from '../harnessSessions/hookSettingsFile.ts';
import { sessionRecordsFolder } from '../harnessSessions/sessionRecordFile.ts';
import { SessionRecords } from '../harnessSessions/sessionRecords.ts';
import type { AcpExecutorOptions } from './acpExecutorOptions.ts';
import { ClientFiles } from './clientFiles.ts';
import { ClientTerminals } from './clientTerminals.ts';
import { EditRecord } from './editRecord.ts';
import { EditWatch } from './editWatch.ts';
import type { OrphanGuard } from './orphanGuard.ts';
import { Permissions } from './permissions.ts';
import { SessionLocks } from './sessionLocks.ts';
import type { Turn } from './turn.ts';

/** All that a turn needs once its agent runs. */
export async function prepareTurn(
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
  const unexplained: string[] = [];
  const onRejected = (reason: string): void => {
    unexplained.push(reason);
    onRefused(reason);
  };
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
    unexplained,
    hasHooks,
    locks,
    edits,
    watch,
    calls,
    permissions: new Permissions({
      control,
      calls,
      locks,
      watch,
      policy,
      failClosed,
      onRefused: onRejected,
    }),
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
