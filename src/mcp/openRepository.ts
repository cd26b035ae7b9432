import { resolve } from 'node:path';
import { RegistryError } from '../core/agents/registryError.ts';
import { findHeddleRoot, heddleRootAt, type HeddleRoot } from '../node/heddleRoot.ts';
import { openFileLocks, type OpenFileLocks } from '../node/openFileLocks.ts';
import { openRegistry, type OpenRegistry } from '../node/openRegistry.ts';
import type { McpHost } from './mcpHost.ts';

/** The repository that the server works on. */
export interface OpenRepository extends OpenFileLocks {
  readonly registry: OpenRegistry;
  /** Against which relative paths count. */
  readonly baseFolder: string;
}

/**
 * The repository of the server, opened with its first use and kept while it is there: it may be made,
 * removed or made again while the server runs.
 */
export class RepositoryOpener {
  private opened: OpenRepository | undefined;

  constructor(private readonly host: McpHost) {}

  /** @throws RegistryError `no-registry` that says how to make one */
  open(): OpenRepository {
    const location = this.locate();
    if (!location.isPresent) throw noRegistry(location);
    const known = this.opened?.registry.location;
    if (known?.root !== location.root || known.heddleFolder !== location.heddleFolder) {
      this.opened = this.openAt(location);
    }
    return this.opened ?? this.openAt(location);
  }

  private locate(): HeddleRoot {
    const { root, cwd } = this.host;
    return root === undefined ? findHeddleRoot(cwd) : heddleRootAt(resolve(cwd, root));
  }

  private openAt(location: HeddleRoot): OpenRepository {
    const { clock, logger, probe, root, cwd } = this.host;
    const registry = openRegistry(location, { clock, logger, probe });
    const baseFolder = root === undefined ? cwd : location.root;
    return { ...openFileLocks(registry, { clock, logger }), registry, baseFolder };
  }
}

function noRegistry({ root }: HeddleRoot): RegistryError {
  const message = `There is no registry in ${root}. Run "heddle-agents init" there, or start the server with --root and the folder that contains .heddle.`;
  return new RegistryError('no-registry', message, { file: root });
}
