import type { Embodied } from './embody.ts';
import type { IdentityEntry } from './identityBook.ts';
import type { RuntimeCore } from './runtimeCore.ts';

/** An agent that lives is in its entry, in one synchronous step with telling so. */
export function activate(core: RuntimeCore, entry: IdentityEntry, embodied: Embodied): void {
  const { identity } = entry;
  const { record, fallbackReason: reason } = embodied;
  entry.adopt(record);
  if (reason !== undefined) core.book.feeds.tell({ kind: 'resume_fallback', identity, reason });
  core.book.changeState(entry, 'active');
}
