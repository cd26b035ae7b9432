import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { defaultHookSettings, parseHookSettings } from '../../../src/core/harness/hookSettings.ts';
import { hookSettingsText } from '../../../src/presentation/hookSettingsText.ts';

interface Schema {
  readonly properties: Readonly<Record<string, { readonly default?: unknown }>>;
}

describe('the text of hook settings', () => {
  it('means what it was made of', () => {
    const own = { ...defaultHookSettings, failClosed: true, quietMs: 90_000, waitingMs: 60_000 };
    for (const settings of [defaultHookSettings, own]) {
      const value: unknown = JSON.parse(hookSettingsText(settings));
      assert.deepEqual(parseHookSettings(value), { settings, problems: [] });
    }
  });

  it('has every field that the schema offers, with the same defaults', () => {
    const schema = JSON.parse(readFileSync('media/hook-settings.schema.json', 'utf8')) as Schema;
    const defaults = Object.entries(schema.properties)
      .filter(([name]) => name !== '$schema')
      .map(([name, each]) => [name, each.default]);
    const text = JSON.parse(hookSettingsText(defaultHookSettings)) as object;
    assert.deepEqual(Object.fromEntries(defaults), text);
  });
});
