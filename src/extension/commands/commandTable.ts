import type { CommandId } from '../ids.ts';
import { createIdentityCommandTable } from '../identities/commands/identityCommandTable.ts';
import { createSessionCommandTable } from '../sessions/commands/sessionCommandTable.ts';
import {
  createCopyCommand,
  createDeleteCommand,
  createOpenEntryFileCommand,
  createShowDetailsCommand,
} from './agentCommands.ts';
import { createBreakLockCommand } from './breakLockCommand.ts';
import type { CommandHandler, CommandServices } from './commandServices.ts';
import { createConnectCommand } from './connectCommand.ts';
import { createDisconnectCommand } from './disconnectCommand.ts';
import { createShowTerminalCommand } from './discoveredCommands.ts';
import { createDoctorCommand } from './doctorCommand.ts';
import { createGroupingCommand, createLockGroupingCommand } from './groupingCommands.ts';
import { createOpenHookSettingsCommand } from './hookSettingsCommand.ts';
import {
  createCompareWithDiskCommand,
  createShowHolderCommand,
  createTellWhenFreeCommand,
} from './holderCommands.ts';
import { createLockFileCommand, createLockFolderCommand } from './lockCommands.ts';
import {
  createExportSnapshotCommand,
  createReapHoldersCommand,
} from './lockMaintenanceCommands.ts';
import { createCopyLockPathCommand, createOpenLockedFileCommand } from './locksViewCommands.ts';
import {
  createReapCommand,
  createReapThreadCommand,
  createUndoReapCommand,
} from './reapCommands.ts';
import type { ReapUndo } from './reapUndo.ts';
import {
  createInitialiseCommand,
  createRefreshCommand,
  createShowLogCommand,
} from './registryCommands.ts';
import { createReleaseCommand } from './releaseCommands.ts';
import { createReserveCommand } from './threadCommands.ts';
import { trustedOnly } from './trustedOnly.ts';
import { createUnlockCommand } from './unlockCommand.ts';
import {
  createCopyIncidentCommand,
  createShowChangesCommand,
  createShowPartyCommand,
} from './violationCommands.ts';
import { createOpenWorktreeCommand, createWorktreeTerminalCommand } from './worktreeCommands.ts';

/** Every command with its handler; leaving one out is an error of the compiler. */
export function createCommandTable(
  services: CommandServices,
  undo: ReapUndo,
): Readonly<Record<CommandId, CommandHandler>> {
  const reaping = { ...services, undo };
  return {
    'heddle.registry.initialise': trustedOnly(createInitialiseCommand(services)),
    'heddle.registry.refresh': createRefreshCommand(services),
    'heddle.log.show': createShowLogCommand(services),
    'heddle.thread.reserve': trustedOnly(createReserveCommand(services)),
    'heddle.agent.releaseComplete': trustedOnly(createReleaseCommand('complete', services)),
    'heddle.agent.releaseAbandoned': trustedOnly(createReleaseCommand('abandoned', services)),
    'heddle.agent.releaseMerged': trustedOnly(createReleaseCommand('merged', services)),
    'heddle.agents.reap': trustedOnly(createReapCommand(reaping)),
    'heddle.thread.reap': trustedOnly(createReapThreadCommand(reaping)),
    'heddle.agents.undoReap': trustedOnly(createUndoReapCommand(reaping)),
    'heddle.agent.showDetails': createShowDetailsCommand(services),
    'heddle.agent.openEntryFile': createOpenEntryFileCommand(services),
    'heddle.agent.openWorktree': createOpenWorktreeCommand('this-window', services),
    'heddle.agent.openWorktreeInNewWindow': createOpenWorktreeCommand('new-window', services),
    'heddle.agent.openWorktreeInTerminal': trustedOnly(createWorktreeTerminalCommand(services)),
    'heddle.agent.copySessionId': createCopyCommand('session-id', services),
    'heddle.agent.copyThread': createCopyCommand('thread', services),
    'heddle.agent.delete': trustedOnly(createDeleteCommand(services)),
    'heddle.agents.groupByChain': createGroupingCommand('chain'),
    'heddle.agents.groupByThread': createGroupingCommand('thread'),
    'heddle.agents.groupByHarness': createGroupingCommand('harness'),
    'heddle.agents.groupFlat': createGroupingCommand('flat'),
    ...createLockCommandTable(services),
    ...createHookCommandTable(services),
    ...createSessionCommandTable(services.sessions),
    ...createIdentityCommandTable(services.identities),
  } satisfies Record<CommandId, CommandHandler>;
}

type LockCommandId = Extract<CommandId, `heddle.${'file' | 'folder' | 'locks'}.${string}`>;

function createLockCommandTable(
  services: CommandServices,
): Readonly<Record<LockCommandId, CommandHandler>> {
  return {
    'heddle.file.lock': trustedOnly(createLockFileCommand(services)),
    'heddle.folder.lock': trustedOnly(createLockFolderCommand(services)),
    'heddle.file.unlock': trustedOnly(createUnlockCommand(services)),
    'heddle.file.breakLock': trustedOnly(createBreakLockCommand(services)),
    'heddle.file.tellWhenFree': createTellWhenFreeCommand(services),
    'heddle.file.showHolder': createShowHolderCommand(services),
    'heddle.file.compareWithDisk': createCompareWithDiskCommand(services),
    'heddle.locks.openFile': createOpenLockedFileCommand(services),
    'heddle.locks.reap': trustedOnly(createReapHoldersCommand(services)),
    'heddle.locks.exportSnapshot': trustedOnly(createExportSnapshotCommand(services)),
    'heddle.locks.groupByFolder': createLockGroupingCommand('folder'),
    'heddle.locks.groupByHolder': createLockGroupingCommand('holder'),
    'heddle.locks.copyPath': createCopyLockPathCommand(services),
  };
}

type HookCommandId =
  | Extract<CommandId, `heddle.${'doctor' | 'hooks' | 'discovered' | 'violation'}.${string}`>
  | 'heddle.agents.connect'
  | 'heddle.agents.disconnect';

/** What has to do with agents that join by themselves. */
function createHookCommandTable(
  services: CommandServices,
): Readonly<Record<HookCommandId, CommandHandler>> {
  return {
    'heddle.agents.connect': trustedOnly(createConnectCommand(services)),
    'heddle.agents.disconnect': trustedOnly(createDisconnectCommand(services)),
    'heddle.doctor.show': trustedOnly(createDoctorCommand(services)),
    'heddle.hooks.openSettings': trustedOnly(createOpenHookSettingsCommand(services)),
    'heddle.discovered.showTerminal': createShowTerminalCommand(services),
    'heddle.violation.showChanges': createShowChangesCommand(services),
    'heddle.violation.showHolder': createShowPartyCommand('holder', services),
    'heddle.violation.showDoer': createShowPartyCommand('doer', services),
    'heddle.violation.copy': createCopyIncidentCommand(services),
  };
}
