import type { CommandHandler } from '../../commands/commandServices.ts';
import { trustedOnly } from '../../commands/trustedOnly.ts';
import type { IdentityCommandId } from '../identityIds.ts';
import type { IdentityServices } from '../identityServices.ts';
import { createCreateIdentityCommand } from './createIdentityCommand.ts';
import {
  createCheckpointCommand,
  createDeleteIdentityCommand,
  createResetCommand,
  createRespawnCommand,
  createRetireCommand,
} from './lifeCommands.ts';
import { createReconcileCommand } from './reconcileCommand.ts';
import { sayingIdentityProblems } from './sayingIdentityProblems.ts';
import { createSendCommand } from './sendCommand.ts';
import {
  createCopyIdentityNameCommand,
  createOpenSpecCommand,
  createShowIdentityPageCommand,
  createShowIdentitySessionCommand,
} from './showIdentityCommands.ts';
import { createStartIdentityCommand, createStartRosterCommand } from './startIdentityCommands.ts';
import { createTakeOverCommand } from './takeOverCommand.ts';

/** The commands of named agents with their handlers; what changes anything needs trust. */
export function createIdentityCommandTable(
  services: IdentityServices,
): Readonly<Record<IdentityCommandId, CommandHandler>> {
  const saying = sayingIdentityProblems;
  const trusted = (handler: CommandHandler): CommandHandler => trustedOnly(saying(handler));
  return {
    'heddle.identity.start': trusted(createStartIdentityCommand(services)),
    'heddle.identities.startRoster': trusted(createStartRosterCommand(services)),
    'heddle.identity.send': trusted(createSendCommand(services)),
    'heddle.identity.checkpoint': trusted(createCheckpointCommand(services)),
    'heddle.identity.respawn': trusted(createRespawnCommand(services)),
    'heddle.identity.reset': trusted(createResetCommand(services)),
    'heddle.identity.retire': trusted(createRetireCommand(services)),
    'heddle.identity.delete': trusted(createDeleteIdentityCommand(services)),
    'heddle.identity.takeOver': trusted(createTakeOverCommand(services)),
    'heddle.identity.showPage': saying(createShowIdentityPageCommand(services)),
    'heddle.identity.showSession': saying(createShowIdentitySessionCommand(services)),
    'heddle.identity.openSpec': saying(createOpenSpecCommand(services)),
    'heddle.identity.copyName': saying(createCopyIdentityNameCommand(services)),
    'heddle.identity.create': trusted(createCreateIdentityCommand(services)),
    'heddle.identities.reconcile': trusted(createReconcileCommand(services)),
  };
}
