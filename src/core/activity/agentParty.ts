import type { AgentEntry } from '../agents/agentEntry.ts';
import type { ActivityParty } from './activityEvent.ts';

/** What the name of an agent or a person is made of. */
export type NamingFields = Partial<
  Pick<AgentEntry, 'provider' | 'nativeActorKey' | 'harness' | 'model'>
>;

/** Who an agent of the registry is in the log. */
export function partyOf(entry: AgentEntry): ActivityParty {
  const name = nameOf(entry);
  return { sessionId: entry.sessionId, name: name === '' ? entry.sessionId : name };
}

/** Somebody who has no entry, by what they say of themselves. */
export function partyWithoutEntry(fields: NamingFields): ActivityParty {
  return { name: nameOf(fields) };
}

function nameOf({ provider = '', nativeActorKey = '', harness, model }: NamingFields): string {
  const isPerson = provider === 'human' || nativeActorKey.startsWith('human:');
  const person = isPerson ? nativeActorKey.replace(/^human:/, '').trim() : '';
  if (person !== '') return person;
  const parts = [harness, model].filter((part) => part !== undefined && part !== '');
  if (parts.length > 0) return parts.join(' · ');
  return nativeActorKey === '' ? provider : nativeActorKey;
}
