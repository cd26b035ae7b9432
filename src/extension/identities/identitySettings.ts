import { isAbsolute } from 'node:path';
import type { DurabilityPolicy } from '../../core/identities/durabilityPolicy.ts';
import { ownSetting } from '../sessions/sessionSettings.ts';

/** How soon checkpoints are safe, and where the second folder is. */
export interface Durability {
  readonly policy: DurabilityPolicy;
  /** Absolute; undefined where none is set. */
  readonly mirrorFolder: string | undefined;
}

const defaultLossWindowSeconds = 30;
const maxLossWindowSeconds = 3600;

/** As the settings of this machine say; whatever is not understood is flushed at once. */
export function readDurability(): Durability {
  const folder = ownSetting('identities.mirrorFolder');
  const mirrorFolder = typeof folder === 'string' && isAbsolute(folder) ? folder : undefined;
  return { policy: policyOf(ownSetting('identities.durability')), mirrorFolder };
}

function policyOf(value: unknown): DurabilityPolicy {
  switch (value) {
    case 'async_replicated':
      return { kind: 'async_replicated' };
    case 'buffered_export':
      return { kind: 'buffered_export', maxLossWindowMs: lossWindowSeconds() * 1000 };
    default:
      return { kind: 'sync_write_through' };
  }
}

function lossWindowSeconds(): number {
  const value = ownSetting('identities.maxLossWindowSeconds');
  if (typeof value !== 'number' || !Number.isFinite(value)) return defaultLossWindowSeconds;
  return Math.min(maxLossWindowSeconds, Math.max(1, Math.floor(value)));
}
