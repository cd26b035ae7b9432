import assert from 'node:assert/strict';
import { parseAgentIdentity } from '../../../../src/core/identities/agentIdentity.ts';
import type { IdentityRuntime } from '../../../../src/core/identities/identityRuntime.ts';
import { peerEdge, type ManagedPeerEdge } from '../../../../src/core/identities/managedPeerEdge.ts';
import { maxUnwiresAtOnce } from '../../../../src/core/identities/peerEdges.ts';
import {
  computeReconcileActions,
  type ReconcileAction,
} from '../../../../src/core/identities/reconcileActions.ts';
import { BridgeError } from '../../../../src/core/identities/sessionBridge.ts';
import type { TopologyProvider } from '../../../../src/core/identities/topologyProvider.ts';
import { settle } from '../../../support/eventually.ts';
import {
  alpha,
  aSpec,
  beta,
  gamma,
  Gate,
  IdentityWorld,
  rejectsIdentity,
} from '../../../support/identityWorld.ts';

const three = [aSpec(alpha), aSpec(beta), aSpec(gamma)];
const ab = peerEdge(alpha, beta);
const bc = peerEdge(beta, gamma);

class ListedEdges implements TopologyProvider {
  asked = 0;

  constructor(public edges: readonly ManagedPeerEdge[]) {}

  computeEdges(): Promise<readonly ManagedPeerEdge[]> {
    this.asked += 1;
    return Promise.resolve(this.edges);
  }
}

describe('Peer edges', () => {
  let world: IdentityWorld;
  let runtime: IdentityRuntime;

  function wiring(): readonly string[] {
    return world.bridge.calls.filter((call) => /^(?:un)?wire /.test(call));
  }

  beforeEach(async () => {
    world = new IdentityWorld();
    runtime = await world.started(...three);
  });

  it('39: are made between embodiments, and taken down when they are not wanted any more', async () => {
    const topology = new ListedEdges([ab]);
    const first = await runtime.restoreFlow(three, { topology });
    assert.deepEqual(first.managedEdges, [ab]);
    topology.edges = [bc];
    const second = await runtime.restoreFlow(three, { topology });
    assert.deepEqual(second.managedEdges, [bc]);
    assert.deepEqual(wiring(), ['wire alpha/beta', 'wire beta/gamma', 'unwire alpha/beta']);
  });

  it('40: that are live already are taken over, and taken down later', async () => {
    world.bridge.wires.set('alpha/beta', ab);
    await runtime.reconcileManagedPeerEdges([ab]);
    assert.deepEqual(wiring(), []);
    await runtime.reconcileManagedPeerEdges([]);
    assert.deepEqual(wiring(), ['unwire alpha/beta']);
  });

  it('41: are asked for anew each time, and are none where there are none', async () => {
    const topology = new ListedEdges([]);
    assert.deepEqual((await runtime.restoreFlow(three, { topology })).managedEdges, []);
    await runtime.restoreFlow(three, { topology });
    assert.equal(topology.asked, 2);
    assert.deepEqual(wiring(), []);
  });

  it('58: grow and shrink with the topology', async () => {
    const topology = new ListedEdges([]);
    const counts: number[] = [];
    for (const edges of [[ab], [ab, bc], [bc]]) {
      topology.edges = edges;
      await runtime.restoreFlow(three, { topology });
      counts.push(world.bridge.wires.size);
    }
    assert.deepEqual(counts, [1, 2, 1]);
  });

  it('that were never managed are never touched', async () => {
    world.bridge.wires.set('beta/gamma', bc);
    await runtime.reconcileManagedPeerEdges([ab]);
    await runtime.reconcileManagedPeerEdges([]);
    assert.deepEqual([...world.bridge.wires.keys()], ['beta/gamma']);
  });

  it('that end at an inactive identity are passed over, and forgotten when they were managed', async () => {
    const nobody = parseAgentIdentity('nobody');
    await runtime.retire(gamma);
    await runtime.reconcileManagedPeerEdges([ab, bc, peerEdge(alpha, nobody)]);
    assert.deepEqual(wiring(), ['wire alpha/beta']);
    await runtime.retire(beta);
    await runtime.reconcileManagedPeerEdges([]);
    await runtime.setState(beta, 'active');
    await runtime.reconcileManagedPeerEdges([]);
    assert.deepEqual(wiring(), ['wire alpha/beta']);
  });

  it('that vanished are made again while they are wanted, and forgotten when they are not', async () => {
    await runtime.reconcileManagedPeerEdges([ab, bc]);
    world.bridge.wires.clear();
    await runtime.reconcileManagedPeerEdges([ab]);
    assert.deepEqual(wiring(), ['wire alpha/beta', 'wire beta/gamma', 'wire alpha/beta']);
  });

  it('are made again when an end is embodied anew by a reset', async () => {
    await runtime.reconcileManagedPeerEdges([ab]);
    await runtime.reconcileManagedPeerEdges([ab]);
    assert.equal(wiring().length, 1);
    await runtime.reset(alpha);
    await runtime.reconcileManagedPeerEdges([ab]);
    assert.equal(wiring().length, 2);
  });

  it('are made and taken down also where nobody knows which are live', async () => {
    world.bridge.knowsWires = false;
    await runtime.reconcileManagedPeerEdges([ab]);
    await runtime.reconcileManagedPeerEdges([ab]);
    world.bridge.before = (call) => {
      if (call === 'wires') throw new BridgeError('member', 'I cannot count.');
    };
    await runtime.reconcileManagedPeerEdges([]);
    assert.deepEqual(wiring(), ['wire alpha/beta', 'unwire alpha/beta']);
  });

  it('are not recorded, and nothing is taken down, when they cannot be made', async () => {
    await runtime.reconcileManagedPeerEdges([ab]);
    world.bridge.before = (call) => {
      if (call === 'wire') throw new BridgeError('member', 'No line.');
    };
    const problem = await rejectsIdentity(runtime.reconcileManagedPeerEdges([bc]), 'internal');
    assert.match(problem.detail, /No line\./);
    world.bridge.before = () => undefined;
    await runtime.reconcileManagedPeerEdges([bc]);
    assert.deepEqual(wiring(), ['wire alpha/beta', 'wire beta/gamma', 'unwire alpha/beta']);
  });

  it('that cannot be taken down are tried again', async () => {
    await runtime.reconcileManagedPeerEdges([ab, bc]);
    world.bridge.before = (call) => {
      if (call === 'unwire') throw new BridgeError('member', 'Stuck.');
    };
    await rejectsIdentity(runtime.reconcileManagedPeerEdges([]), 'internal');
    world.bridge.before = () => undefined;
    await runtime.reconcileManagedPeerEdges([]);
    assert.equal(world.bridge.wires.size, 0);
  });

  it('are taken down some at a time', async () => {
    const many = Array.from({ length: maxUnwiresAtOnce + 5 }, (_, index) =>
      aSpec(parseAgentIdentity(`peer-${index}`)),
    );
    await runtime.restoreFlow(many);
    await runtime.reconcileManagedPeerEdges(many.map(({ identity }) => peerEdge(alpha, identity)));
    const gate = new Gate();
    let asked = 0;
    world.bridge.before = (call) => {
      if (call !== 'unwire') return undefined;
      asked += 1;
      return gate.opened;
    };
    const done = runtime.reconcileManagedPeerEdges([]);
    await settle();
    assert.equal(asked, maxUnwiresAtOnce);
    gate.open();
    await done;
    assert.equal(world.bridge.wires.size, 0);
  });

  it('are reconciled one time after the other', async () => {
    await Promise.all([
      runtime.reconcileManagedPeerEdges([ab]),
      runtime.reconcileManagedPeerEdges([bc]),
    ]);
    assert.deepEqual(wiring(), ['wire alpha/beta', 'wire beta/gamma', 'unwire alpha/beta']);
  });

  it('are nothing without a bridge', async () => {
    await world.runtime({ bridge: undefined }).reconcileManagedPeerEdges([ab]);
    assert.deepEqual(wiring(), []);
  });

  it('that cannot be made do not undo a restore', async () => {
    world.bridge.before = (call) => {
      if (call === 'wire') throw new BridgeError('member', 'No line.');
    };
    const result = await runtime.restoreFlow(three, { topology: new ListedEdges([ab]) });
    assert.equal(result.peerProblem?.code, 'internal');
    assert.equal(runtime.isActive(alpha), true);
  });

  it('are made when an identity is started later', async () => {
    const later = world.runtime();
    await runtime.stop();
    await later.restoreFlow(three, { topology: new ListedEdges([ab]), embody: 'none' });
    assert.deepEqual(wiring(), []);
    await later.materialize(alpha);
    assert.deepEqual(wiring(), []);
    await later.materialize(beta);
    assert.deepEqual(wiring(), ['wire alpha/beta']);
  });
});

describe('What has to be done for a changed roster', () => {
  function actions(
    desired: Parameters<typeof computeReconcileActions>[0],
    current: Parameters<typeof computeReconcileActions>[1],
  ): readonly string[] {
    const name = (action: ReconcileAction): string =>
      action.action === 'activate' ? action.spec.identity : action.identity;
    return computeReconcileActions(desired, current).map(
      (action) => `${action.action} ${name(action)}`,
    );
  }

  it('43: is to activate the new, retire what is gone, reload or respawn what changed', () => {
    assert.deepEqual(actions([aSpec(alpha)], []), ['activate alpha']);
    assert.deepEqual(actions([], [aSpec(alpha)]), ['retire alpha']);
    assert.deepEqual(actions([aSpec(alpha)], [aSpec(alpha)]), []);
    for (const change of [
      { labels: { a: 'b' } },
      { addressability: 'internal_only' },
      { context: { depth: 2 } },
      { displayName: 'Alpha' },
      { additionalInstructions: ['Go.'] },
      { peers: [beta] },
    ] as const) {
      assert.deepEqual(actions([aSpec(alpha, change)], [aSpec(alpha)]), ['hot_reload alpha']);
    }
    const other = aSpec(alpha, { profile: 'codex', labels: { a: 'b' } });
    assert.deepEqual(actions([other], [aSpec(alpha)]), ['respawn alpha']);
  });

  it('comes in groups, each in the order of names', () => {
    const [one, two, six, ten] = ['one', 'two', 'six', 'ten'].map(parseAgentIdentity);
    assert.ok(one && two && six && ten);
    const desired = [
      aSpec(two),
      aSpec(gamma, { profile: 'x' }),
      aSpec(one),
      aSpec(beta, { context: 1 }),
    ];
    const current = [aSpec(gamma), aSpec(ten), aSpec(beta), aSpec(six)];
    assert.deepEqual(actions(desired, current), [
      'activate one',
      'activate two',
      'retire six',
      'retire ten',
      'hot_reload beta',
      'respawn gamma',
    ]);
  });

  it('63: takes effect when it is done', async () => {
    const world = new IdentityWorld();
    const runtime = await world.started(aSpec(alpha));
    const changed = aSpec(alpha, { labels: { a: 'b' }, addressability: 'internal_only' });
    for (const action of computeReconcileActions([changed], [aSpec(alpha)])) {
      if (action.action === 'hot_reload') await runtime.updateSpec(action.spec);
    }
    assert.deepEqual(runtime.status(alpha).labels, { a: 'b' });
    await rejectsIdentity(runtime.sendText(alpha, 'Hello'), 'not-addressable');
    const other = aSpec(alpha, { profile: 'codex' });
    assert.deepEqual(actions([other], [changed]), ['respawn alpha']);
    await runtime.updateSpec(other);
    await runtime.respawn(alpha);
    assert.equal(world.bridge.embodiments.at(-1)?.spec.profile, 'codex');
  });
});
