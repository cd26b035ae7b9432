import type { AgentCustomizer } from './agentCustomizer.ts';
import type { AgentIdentity } from './agentIdentity.ts';
import type { CheckpointWriter } from './checkpointWriter.ts';
import type { IdentityBook } from './identityBook.ts';
import type { IdentityRuntimeConfig } from './identityRuntimeConfig.ts';
import type { KeyedTurns } from './keyedTurns.ts';
import type { LeaseDesk } from './leaseDesk.ts';
import type { StoreDesk } from './storeDesk.ts';
import type { TopologyProvider } from './topologyProvider.ts';

/** Who has a say in what agents are started with: the last that a restore was given. */
export interface BuildSources {
  readonly topology?: TopologyProvider | undefined;
  readonly customizer?: AgentCustomizer | undefined;
}

/** What the operations of a runtime share. */
export interface RuntimeCore {
  readonly config: IdentityRuntimeConfig;
  readonly book: IdentityBook;
  readonly turns: KeyedTurns<AgentIdentity>;
  readonly store: StoreDesk;
  readonly leases: LeaseDesk;
  readonly checkpoints: CheckpointWriter;
  build: BuildSources;
}
