import * as vscode from 'vscode';
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

function toCount(value: unknown, most: number): number | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) return undefined;
  return Math.min(most, Math.floor(value));
}
