import type { HolderSnapshot } from '../core/locks/lockSnapshot.ts';
import { sessionIdOf } from '../core/locks/lockHolder.ts';
import { agentName, inEnglish, type Translate } from './agentWording.ts';
import { toPlainLine } from './plainText.ts';

const maxNameLength = 60;

/** Who a holder is, in a few words: the name of its agent where it has one, else its own. */
export function holderName(
  { holder, entry }: Pick<HolderSnapshot, 'holder' | 'entry'>,
  t: Translate = inEnglish,
): string {
  if (entry !== undefined) return agentName(entry, t);
  const name = toPlainLine(holder.name, maxNameLength);
  return name === '' ? t('somebody') : name;
}

/** Who spawned whom, root first: `ana › Codex › Codex`; undefined for one who was spawned by nobody. */
export function holderChain(
  { chain }: Pick<HolderSnapshot, 'chain'>,
  t: Translate = inEnglish,
): string | undefined {
  if (chain.length < 2) return undefined;
  return toPlainLine(chain.map((entry) => agentName(entry, t)).join(' › '), 300);
}

/** A holder as it is shown on what it holds. */
export interface HolderFace {
  /** `you` for the person at this window. */
  readonly name: string;
  readonly chain: string | undefined;
  readonly isMine: boolean;
  readonly hasSession: boolean;
}

export function holderFace(
  snapshot: HolderSnapshot,
  { isMine, t = inEnglish }: { readonly isMine: boolean; readonly t?: Translate | undefined },
): HolderFace {
  return {
    name: isMine ? t('you') : holderName(snapshot, t),
    chain: holderChain(snapshot, t),
    isMine,
    hasSession: sessionIdOf(snapshot.holder) !== undefined,
  };
}

export function isSameFace(a: HolderFace, b: HolderFace): boolean {
  return (
    a.name === b.name &&
    a.chain === b.chain &&
    a.isMine === b.isMine &&
    a.hasSession === b.hasSession
  );
}
