import { RegistryError } from '../agents/registryError.ts';
import { withoutEnded } from './endedLocks.ts';
import { sessionIdOf, type LockHolder } from './lockHolder.ts';
import { blindLook, type LockMoment } from './lockMoment.ts';

/**
 * A holder that asks for something, and the moment as it then looks. Whoever goes on under the name of
 * one whose process is gone inherits nothing, least of all the process.
 * @throws RegistryError `not-active` for an agent of the registry whose recorded process is gone: it
 *   would lose at once what it is granted
 */
export function asRequester(
  holder: LockHolder,
  moment: LockMoment,
): { readonly holder: LockHolder; readonly moment: LockMoment } {
  const { look } = moment;
  const isGone = look.verdictOf(holder).liveness === 'dead';
  if (!isGone || holder.identity.kind === 'window') return { holder, moment };
  const sessionId = sessionIdOf(holder);
  if (sessionId !== undefined) {
    const message = `The process of ${sessionId} is gone, so it can hold nothing. Record the process that works for it now with "heddle-agents update ${sessionId} --pid PID".`;
    throw new RegistryError('not-active', message, { sessionId });
  }
  const left = { ...withoutEnded(holder, moment), process: undefined };
  const verdictOf: typeof look.verdictOf = (each) =>
    each.id === left.id ? blindLook.verdictOf(each) : look.verdictOf(each);
  return { holder: left, moment: { ...moment, look: { ...look, verdictOf } } };
}
