import type { CommandId } from '../ids.ts';
import {
  createCopyCommand,
  createDeleteCommand,
  createOpenEntryFileCommand,
  createShowDetailsCommand,
} from './agentCommands.ts';
import type { CommandHandler, CommandServices } from './commandServices.ts';
import { createGroupingCommand } from './groupingCommands.ts';
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
  } satisfies Record<CommandId, CommandHandler>;
}
