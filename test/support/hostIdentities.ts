import { strict as assert } from 'node:assert';
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { parseAgentIdentity } from '../../src/core/identities/agentIdentity.ts';
import type { IdentityCommandId } from '../../src/extension/identities/identityIds.ts';
import { findHeddleRoot } from '../../src/node/heddleRoot.ts';
import { openContinuity } from '../../src/node/identities/openContinuity.ts';
import {
  toIdentityElement,
  type IdentityRef,
} from '../../src/presentation/identities/rows/identityElement.ts';
import { eventually } from './eventually.ts';
import { withPerson } from './hostPerson.ts';
import { HostSessions, type ShownSession } from './hostSessions.ts';

/** A named agent as the command line tells it, as far as these tests look. */
export interface ShownIdentity {
  readonly identity: string;
  readonly display_name: string | null;
  readonly state: string;
  readonly generation: number | null;
  readonly checkpoint_version: number | null;
  readonly last_output: string | null;
  readonly lease: { readonly holder: { readonly label: string | null } } | null;
}

/** Named agents in the repository of the window, on a scripted agent. */
export class HostIdentities {
  private readonly releases: (() => Promise<void>)[] = [];

  private constructor(readonly hosted: HostSessions) {}

  static async open(): Promise<HostIdentities> {
    return new HostIdentities(await HostSessions.open());
  }

  get root(): string {
    return this.hosted.registry.root;
  }

  /** Where they are described. */
  get folder(): string {
    return join(this.root, '.heddle', 'identities');
  }

  async reset(): Promise<void> {
    await this.hosted.reset();
    mkdirSync(this.folder, { recursive: true });
  }

  async clear(): Promise<void> {
    for (const release of this.releases.splice(0)) await release();
    for (const { identity, lease } of await this.list()) {
      if (lease === null) continue;
      await withPerson({ confirms: true }, () =>
        this.run('heddle.identity.retire', this.element(identity)),
      );
    }
    await this.hosted.clear();
  }

  dispose(): Promise<void> {
    return this.hosted.dispose();
  }

  /** Describes an agent and returns the path of its file. */
  write(identity: string, text: string): string {
    const path = join(this.folder, `${identity}.toml`);
    writeFileSync(path, `${text}\n`);
    return path;
  }

  run<T>(id: IdentityCommandId, ...args: readonly unknown[]): Promise<T> {
    return Promise.resolve(vscode.commands.executeCommand<T>(id, ...args));
  }

  ref(identity: string): IdentityRef {
    return { worktree: this.root, identity: parseAgentIdentity(identity) };
  }

  /** What a command gets from the row of an agent. */
  element(identity: string): string {
    return toIdentityElement(this.ref(identity));
  }

  async list(): Promise<readonly ShownIdentity[]> {
    const { json } = await this.hosted.registry.cli('identity', 'list');
    return (json.identities ?? []) as readonly ShownIdentity[];
  }

  async show(identity: string): Promise<ShownIdentity> {
    const found = (await this.list()).find((each) => each.identity === identity);
    assert.ok(found, `${identity} is listed`);
    return found;
  }

  sessions(): Promise<readonly ShownSession[]> {
    return this.hosted.list();
  }

  until(identity: string, what: string, holds: (shown: ShownIdentity) => boolean): Promise<void> {
    return eventually(`${identity}: ${what}`, async () => {
      const found = (await this.list()).find((each) => each.identity === identity);
      return found !== undefined && holds(found);
    });
  }

  /** Waits until the command line and the window know it so. */
  async untilState(identity: string, state: string): Promise<void> {
    await this.until(identity, state, (shown) => shown.state === state);
    await eventually(`the window knows ${identity}`, async () => {
      const { result } = await withPerson({}, () =>
        this.run<unknown>('heddle.identity.copyName', this.element(identity)),
      );
      return typeof result === 'object' && result !== null && 'text' in result;
    });
  }

  /** Waits until a command offers so many agents. */
  untilOffered(id: IdentityCommandId, count: number): Promise<void> {
    return eventually(`${count} agents are offered`, async () => {
      const { shown } = await withPerson({}, () => this.run(id));
      return shown.picks[0]?.length === count;
    });
  }

  /** Another owner than this window takes an agent, until the test is over. */
  async holdElsewhere(identity: string, label: string): Promise<void> {
    const { leases } = openContinuity(findHeddleRoot(this.root), { label });
    const named = parseAgentIdentity(identity);
    const result = (await leases.acquire([named], `test-${randomUUID()}`)).get(named);
    if (result?.result !== 'acquired') throw new Error(`${identity} is not free`);
    this.releases.push(() => leases.release([result.grant]));
  }
}
