import { decodeHolder } from '../../core/locks/holderCodec.ts';
import type { LockHolder } from '../../core/locks/lockHolder.ts';
import type { PathRules } from '../../core/locks/lockPath.ts';
import { maxHolderBytes } from '../holderFile.ts';
import { readPlainFile } from './plainFile.ts';

/** A holder as its file says it at this moment, without the lock of the store. Undefined without a file. */
export function readHolderFile(
  path: string,
  rules: PathRules,
): LockHolder | 'unreadable' | undefined {
  const text = readPlainFile(path, maxHolderBytes);
  if (text === undefined) return undefined;
  try {
    const decoded = decodeHolder(JSON.parse(text), rules);
    return 'holder' in decoded ? decoded.holder : 'unreadable';
  } catch {
    return 'unreadable';
  }
}
