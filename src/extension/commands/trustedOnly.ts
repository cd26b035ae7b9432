import * as vscode from 'vscode';
import { RegistryError } from '../../core/agents/registryError.ts';
import type { CommandHandler } from './commandServices.ts';

/**
 * The command where the workspace is trusted; elsewhere it refuses before it asks anything.
 * @throws RegistryError `read-only`
 */
export function trustedOnly(handler: CommandHandler): CommandHandler {
  return async (...args) => {
    if (vscode.workspace.isTrusted) return handler(...args);
    throw new RegistryError('read-only', 'This workspace is not trusted, so nothing is written.');
  };
}
