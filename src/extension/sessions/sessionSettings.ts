import * as vscode from 'vscode';
import { defaultPermissionPolicy, type PermissionPolicy } from '../../core/acp/permissionPolicy.ts';
import { defaultRetention, type Retention } from '../../node/sessions/sessionHistory.ts';

const dayMs = 24 * 60 * 60_000;
const maxDays = 3650;
const maxSessions = 9000;

/** A setting as the person has it on this machine. What a workspace says does not count. */
export function ownSetting(name: string): unknown {
  return vscode.workspace.getConfiguration('heddle', null).inspect<unknown>(name)?.globalValue;
}

/** How long sessions are kept, and how many. */
export function readRetention(): Retention {
  const days = toCount(ownSetting('sessions.keepDays'), maxDays);
  const count = toCount(ownSetting('sessions.keepCount'), maxSessions);
  return {
    maxAgeMs: days === undefined ? defaultRetention.maxAgeMs : days * dayMs,
    maxEnded: count ?? defaultRetention.maxEnded,
  };
}

/** What agents may do without asking, as the setting says it. */
const policies: Readonly<Record<string, PermissionPolicy>> = {
  ask: defaultPermissionPolicy,
  allowEdits: { edits: 'allow', commands: 'ask' },
  allowEditsAndCommands: { edits: 'allow', commands: 'allow' },
};

/** What is answered without asking the person. Whatever is not understood is asked. */
export function readPermissionPolicy(): PermissionPolicy {
  const value = ownSetting('sessions.permissions');
  const isKnown = typeof value === 'string' && Object.hasOwn(policies, value);
  return (isKnown ? policies[value] : undefined) ?? defaultPermissionPolicy;
}

function toCount(value: unknown, most: number): number | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) return undefined;
  return Math.min(most, Math.floor(value));
}
