import { randomBytes } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLogger, type Logger } from '../../src/base/logger.ts';
import type { RandomSource } from '../../src/base/randomSource.ts';
import { AgentRegistry } from '../../src/core/agents/agentRegistry.ts';
import type { AgentStore } from '../../src/core/agents/agentStore.ts';
import { TomlAgentStore } from '../../src/node/tomlAgentStore.ts';
import { FakeClock } from './fakeClock.ts';
import { FakeProbe } from './fakeProbe.ts';
import { MemoryAgentStore } from './memoryAgentStore.ts';
import { makeTempFolder, removeTempFolder } from './tempFolder.ts';

export const storeKinds = ['memory', 'toml'] as const;
export type StoreKind = (typeof storeKinds)[number];

export interface RegistryFixtureOptions {
  readonly random?: RandomSource;
  readonly logger?: Logger;
  readonly isReadOnly?: boolean;
}

/** A registry on a store of either kind, with a machine and a time that the test controls. */
export class RegistryFixture {
  readonly root = makeTempFolder();
  readonly folder = join(this.root, '.heddle', 'agents');
  readonly clock = new FakeClock();
  readonly probe = new FakeProbe();
  private readonly memory = new MemoryAgentStore();

  constructor(private readonly kind: StoreKind) {}

  /** Another registry on the same entries; with the disk, as another process would have it. */
  open(options: RegistryFixtureOptions = {}): AgentRegistry {
    return new AgentRegistry({
      store: this.openStore(options),
      probe: this.probe,
      clock: this.clock,
      random: options.random ?? randomBytes,
      logger: options.logger ?? silentLogger,
      realPath: (path) => realpath(path).catch(() => path),
    });
  }

  dispose(): void {
    removeTempFolder(this.root);
  }

  private openStore({ isReadOnly = false }: RegistryFixtureOptions): AgentStore {
    if (this.kind === 'toml') return new TomlAgentStore(this.folder, { isReadOnly });
    if (!isReadOnly) return this.memory;
    return Object.assign(Object.create(this.memory) as MemoryAgentStore, { isReadOnly: true });
  }
}

/** Defines the same tests for the store in memory and for the one on disk. */
export function describeWithEachStore(
  title: string,
  define: (fixture: () => RegistryFixture) => void,
): void {
  for (const kind of storeKinds) {
    describe(`${title} (${kind} store)`, () => {
      let current: RegistryFixture | undefined;
      beforeEach(() => {
        current = new RegistryFixture(kind);
      });
      afterEach(() => current?.dispose());
      define(() => {
        if (current === undefined) throw new Error('only inside a test');
        return current;
      });
    });
  }
}
