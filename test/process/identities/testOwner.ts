import { silentLogger } from '../../../src/base/logger.ts';
import { heddleRootAt } from '../../../src/node/heddleRoot.ts';
import {
  openIdentityOwner,
  type OpenIdentityOwner,
} from '../../../src/node/identities/openIdentityOwner.ts';

/** The coding agent behind every preset of a test. */
export interface TestAgent {
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface TestOwnerOptions {
  readonly root: string;
  /** Where session hosts listen. */
  readonly runtime: string;
  readonly home: string;
  readonly cli: string;
  readonly label: string;
  readonly agent: TestAgent;
}

/** An owner of the identities of a root, as a host makes one. */
export function openTestOwner({
  root,
  runtime,
  home,
  cli,
  label,
  agent,
}: TestOwnerOptions): OpenIdentityOwner {
  return openIdentityOwner({
    location: heddleRootAt(root),
    worktree: root,
    label,
    expectAgent: (id) => ({ id, name: 'Claude Code', harness: 'claude-code', args: [], ...agent }),
    program: { node: process.execPath, cli },
    env: { PATH: process.env.PATH, HOME: home, USERPROFILE: home, XDG_RUNTIME_DIR: runtime },
    client: { name: label, kind: 'window', pid: process.pid },
    home,
    logger: silentLogger,
  });
}
