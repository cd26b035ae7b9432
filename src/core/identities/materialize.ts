import { draftOf } from './agentCustomizer.ts';
import type { AgentIdentity } from './agentIdentity.ts';
import { contextAmongActive } from './buildDraft.ts';
import { IdentityError } from './identityError.ts';
import { prepareRestore } from './prepareRestore.ts';
import { restoreOne } from './restoreOne.ts';
import type { RestoreOutcome } from './restoreOutcome.ts';
import type { RuntimeCore } from './runtimeCore.ts';

/**
 * Embodies one registered identity; one that is active here is left as it is. To be called in its turn.
 * @throws IdentityError `unknown-identity`, `invalid-state`, `internal` for topology, `lease`, `store`
 */
export async function materialize(
  core: RuntimeCore,
  identity: AgentIdentity,
): Promise<RestoreOutcome> {
  const { book } = core;
  const entry = book.get(identity);
  const { state, spec, record } = entry;
  if (state === 'active' && book.isOwned(entry) && record !== undefined) {
    return { outcome: 'resumed', record, draft: draftOf(spec) };
  }
  if (state === 'broken' || state === 'retiring' || state === 'suspended') {
    throw new IdentityError({ code: 'invalid-state', identity, state, operation: 'materialize' });
  }
  const context = await contextAmongActive(core, identity);
  const [facts] = await prepareRestore(core, [spec]);
  if (facts === undefined) throw new IdentityError({ code: 'unknown-identity', identity });
  return restoreOne(core, facts, context);
}
