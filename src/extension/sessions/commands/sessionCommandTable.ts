import type { CommandHandler } from '../../commands/commandServices.ts';
import { trustedOnly } from '../../commands/trustedOnly.ts';
import type { SessionCommandId } from '../sessionIds.ts';
import type { SessionServices } from '../sessionServices.ts';
import { createAnswerCommand } from './answerCommand.ts';
import { createDeleteHistoryCommand, createDeleteSessionCommand } from './historyCommands.ts';
import { createLogInCommand } from './logInCommands.ts';
import { sayingProblems } from './sayingProblems.ts';
import {
  createCancelSessionCommand,
  createCopySessionIdCommand,
  createFollowUpCommand,
  createOpenSessionCommand,
  createRerunCommand,
} from './sessionCommands.ts';
import { createStartHereCommand, createStartSessionCommand } from './startCommands.ts';
import { createOpenSettingsCommand, createShowMoreCommand } from './viewCommands.ts';

/** The commands of sessions with their handlers; what starts, answers or deletes needs trust. */
export function createSessionCommandTable(
  services: SessionServices,
): Readonly<Record<SessionCommandId, CommandHandler>> {
  const trusted = (handler: CommandHandler): CommandHandler => trustedOnly(sayingProblems(handler));
  return {
    'heddle.session.start': trusted(createStartSessionCommand(services)),
    'heddle.session.startHere': trusted(createStartHereCommand(services)),
    'heddle.session.open': sayingProblems(createOpenSessionCommand(services)),
    'heddle.session.answer': trusted(createAnswerCommand(services)),
    'heddle.session.cancel': trusted(createCancelSessionCommand(services)),
    'heddle.session.rerun': trusted(createRerunCommand(services)),
    'heddle.session.followUp': trusted(createFollowUpCommand(services)),
    'heddle.session.copyId': sayingProblems(createCopySessionIdCommand(services)),
    'heddle.session.logIn': trusted(createLogInCommand(services)),
    'heddle.session.delete': trusted(createDeleteSessionCommand(services)),
    'heddle.sessions.deleteHistory': trusted(createDeleteHistoryCommand(services)),
    'heddle.sessions.showMore': createShowMoreCommand(services),
    'heddle.sessions.openSettings': createOpenSettingsCommand(),
  };
}
