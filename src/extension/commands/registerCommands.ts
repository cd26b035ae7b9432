import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import { commandIds } from '../ids.ts';
import type { CommandServices } from './commandServices.ts';
import { createCommandTable } from './commandTable.ts';
import { ReapUndo } from './reapUndo.ts';
import { runCommand } from './runCommand.ts';

/** Registers every command of the product; disposing the result unregisters them. */
export function registerCommands(services: CommandServices): Disposable {
  const own = new DisposableStore();
  const undo = own.add(new ReapUndo(services.keys));
  const table = createCommandTable(services, undo);
  for (const id of commandIds) {
    const handler = table[id];
    own.add(
      vscode.commands.registerCommand(id, (...args: unknown[]) =>
        runCommand({ id, handler, args }, services),
      ),
    );
  }
  return own;
}
