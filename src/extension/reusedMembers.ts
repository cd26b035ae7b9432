import type { Disposable } from '../base/lifecycle.ts';

export interface Reuse<Key, Member> {
  /** Whether a member of before still serves what there is one to be for. */
  readonly serves: (member: Member, key: Key) => boolean;
  readonly open: (key: Key) => Member;
}

/**
 * One member for each of the keys, in their order: those of before are kept, missing ones opened, and the
 * others disposed of. Without any difference it is the very same list.
 */
export function reusedMembers<Key, Member extends Disposable>(
  before: readonly Member[],
  keys: readonly Key[],
  { serves, open }: Reuse<Key, Member>,
): readonly Member[] {
  const members = keys.map((key) => before.find((member) => serves(member, key)) ?? open(key));
  const kept = new Set(members);
  for (const member of before) if (!kept.has(member)) member.dispose();
  const isSame =
    before.length === members.length && before.every((member, i) => member === members[i]);
  return isSame ? before : members;
}
