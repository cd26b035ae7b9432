import { strict as assert } from 'node:assert';
import type * as vscode from 'vscode';
import { entryText } from '../support/entryBuilder.ts';
import { HostRegistry, heddleExtension, run } from '../support/hostWorld.ts';

describe('the API for other extensions', () => {
  let registry: HostRegistry;
  before(async () => {
    registry = await HostRegistry.open();
    await registry.reset();
    registry.makeFolder();
    registry.write(
      'agent-a',
      entryText('agent-a', { more: 'pid = 1\n[usage_summary]\ninput_tokens = 5' }),
    );
    registry.write('agent-b', 'broken');
    await registry.untilAgent('agent-a');
    await registry.until(
      'the unreadable file is there',
      ({ unreadable }) => unreadable.length === 1,
    );
  });

  it('is what activate returns, of version 1, the same each time', async () => {
    assert.equal(await heddleExtension().activate(), registry.api);
    assert.equal(heddleExtension().exports, registry.api);
    assert.equal(registry.api.version, 1);
    assert.deepEqual(Object.keys(registry.api).sort(), [
      ...['getLocks', 'getSnapshot', 'onDidChange', 'onDidChangeLocks', 'version'],
    ]);
  });

  it('is frozen all the way down', () => {
    assertDeeplyFrozen(registry.api, 'api');
    assertDeeplyFrozen(registry.api.getSnapshot(), 'snapshot');
  });

  it('returns the same objects while nothing changes', async () => {
    const before = registry.api.getSnapshot();
    await run('heddle.registry.refresh');
    await run('heddle.registry.refresh');
    assert.equal(registry.api.getSnapshot(), before);
  });

  it('fires nothing while nothing changes', async () => {
    let count = 0;
    const subscription = registry.api.onDidChange(() => (count += 1));
    await run('heddle.registry.refresh');
    registry.write('agent-a', registry.read('agent-a'));
    await run('heddle.registry.refresh');
    subscription.dispose();
    assert.equal(count, 0);
  });

  it('keeps an old snapshot as it was when something changes', async () => {
    const before = registry.api.getSnapshot();
    const copy = structuredClone(before);
    registry.write('agent-c', entryText('agent-c'));
    await registry.untilAgent('agent-c');
    assert.notEqual(registry.api.getSnapshot(), before);
    assert.deepEqual(before, copy);
  });

  it('hands a subscription to the list that it is given', () => {
    const list: vscode.Disposable[] = [];
    const subscription = registry.api.onDidChange(() => undefined, undefined, list);
    assert.deepEqual(list, [subscription]);
    subscription.dispose();
    subscription.dispose();
  });

  it('calls a listener with the object that it is given', async () => {
    const self = { calls: 0 };
    const subscription = registry.api.onDidChange(function (this: typeof self) {
      this.calls += 1;
    }, self);
    registry.write('agent-d', entryText('agent-d'));
    await registry.untilAgent('agent-d');
    subscription.dispose();
    assert.ok(self.calls > 0);
  });
});

function assertDeeplyFrozen(value: unknown, path: string): void {
  if (typeof value !== 'object' || value === null) return;
  assert.ok(Object.isFrozen(value), `${path} is not frozen`);
  for (const [key, each] of Object.entries(value)) assertDeeplyFrozen(each, `${path}.${key}`);
}
