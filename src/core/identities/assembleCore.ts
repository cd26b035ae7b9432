import { errorText } from '../../base/errorText.ts';
import type { AgentIdentity } from './agentIdentity.ts';
import { CheckpointWriter } from './checkpointWriter.ts';
import { IdentityBook } from './identityBook.ts';
import { IdentityFeeds } from './identityFeeds.ts';
import type { IdentityRuntimeConfig } from './identityRuntimeConfig.ts';
import { KeyedTurns } from './keyedTurns.ts';
import { LeaseDesk } from './leaseDesk.ts';
import { loseOwnership } from './renewLeases.ts';
import type { RuntimeCore } from './runtimeCore.ts';
import { StoreDesk } from './storeDesk.ts';

/**
 * What the operations of a runtime share, made out of its ports.
 * @throws IdentityError `internal` when the durability policy needs a mirror and there is none
 */
export function assembleCore(config: IdentityRuntimeConfig): RuntimeCore {
  const { logger, monotonicNow } = config;
  const feeds = new IdentityFeeds((error) => logger.error(errorText(error)));
  const book = new IdentityBook(feeds, monotonicNow);
  const store = new StoreDesk(config.store);
  const checkpoints = new CheckpointWriter({
    config,
    store,
    onFenced: ({ identity, token }) => {
      const entry = book.find(identity);
      if (entry?.lease?.grant.token === token) loseOwnership(core, entry);
    },
  });
  const leases = new LeaseDesk(config);
  const turns = new KeyedTurns<AgentIdentity>();
  const core: RuntimeCore = { config, book, turns, store, leases, checkpoints, build: {} };
  return core;
}
