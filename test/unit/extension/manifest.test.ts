import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { stringsFile, stringsText } from '../../../src/build/strings.ts';
import { commandIds, contextKeys, viewIds } from '../../../src/extension/ids.ts';

interface Manifest {
  readonly engines: { readonly vscode: string };
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly icon?: string }[];
    readonly menus: Readonly<
      Record<string, readonly { command: string; when?: string; group?: string }[]>
    >;
    readonly views: Readonly<Record<string, readonly { readonly id: string }[]>>;
    readonly viewsContainers: { readonly activitybar: readonly { readonly id: string }[] };
    readonly configuration: { readonly properties: Readonly<Record<string, unknown>> };
  };
}

const manifestText = readFileSync('package.json', 'utf8');
const manifest = JSON.parse(manifestText) as Manifest;
const strings = JSON.parse(readFileSync('package.nls.json', 'utf8')) as Record<string, string>;
const { contributes } = manifest;
/** Commands of the editor that appear for each view by themselves. */
const automatic = new Set(['heddle.agents.focus']);

function sources(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
}

describe('package.json', () => {
  it('declares exactly the commands that the extension registers', () => {
    const declared = contributes.commands.map(({ command }) => command);
    assert.deepEqual(declared.toSorted(), [...commandIds].sort());
  });

  it('gives every command a place in the palette and in a menu', () => {
    const { commandPalette = [], ...others } = contributes.menus;
    const inPalette = new Set(commandPalette.map(({ command }) => command));
    const inMenus = new Set(
      Object.values(others)
        .flat()
        .map(({ command }) => command),
    );
    for (const id of commandIds) {
      assert.ok(inPalette.has(id) || id === 'heddle.log.show', `${id} has no rule for the palette`);
      if (id !== 'heddle.registry.initialise') assert.ok(inMenus.has(id), `${id} is in no menu`);
    }
  });

  it('puts a condition on every menu item, and an icon on every inline one', () => {
    for (const [menu, items] of Object.entries(contributes.menus)) {
      for (const { command, when, group } of items) {
        assert.ok(when, `${command} in ${menu} has no condition`);
        if (group?.startsWith('inline') !== true && group?.startsWith('navigation') !== true)
          continue;
        const declared = contributes.commands.find((one) => one.command === command);
        assert.ok(declared?.icon, `${command} in ${menu} has no icon`);
      }
    }
  });

  it('names only context keys, views, settings and commands that exist', () => {
    const known = new Set<string>([
      ...commandIds,
      ...automatic,
      ...Object.values(contextKeys),
      ...Object.values(viewIds),
      'heddle.agentDetails',
      'heddle.sessionPage',
      'heddle.identityPage',
      ...Object.keys(contributes.configuration.properties),
    ]);
    const named = [...manifestText.matchAll(/\bheddle\.[a-zA-Z.]+[a-zA-Z]/g)].map(([id]) => id);
    const contextValues = new Set(['heddle.agent', 'heddle.broken', 'heddle.group', 'heddle.root']);
    const unknown = named.filter((id) => !known.has(id) && !contextValues.has(id));
    assert.deepEqual(
      [...new Set(unknown)].filter((id) => !id.startsWith('heddle.svg')),
      [],
    );
  });

  it('writes that change something need a trusted workspace', () => {
    const writing =
      /initialise|reserve|release|reap|undoReap|delete|InTerminal|\.lock$|unlock|breakLock|connect|doctor|hooks/i;
    for (const items of Object.values(contributes.menus)) {
      for (const { command, when } of items) {
        if (!writing.test(command) || when === 'false') continue;
        assert.match(when ?? '', /isWorkspaceTrusted/, command);
      }
    }
  });

  it('has all its texts in package.nls.json, and no text there is unused', () => {
    const used = new Set([...manifestText.matchAll(/"%([^%"]+)%"/g)].map(([, key]) => key));
    assert.deepEqual([...used].sort(), Object.keys(strings).sort());
  });

  it('reads only settings that it declares', () => {
    const read = sources('src/extension')
      .join('\n')
      .matchAll(/configuration\.get<[^>]*>\('([^']+)'\)/g);
    for (const [, key] of read) {
      assert.ok(`heddle.${key}` in contributes.configuration.properties, `heddle.${key}`);
    }
  });

  it('is typed against the oldest editor that it supports', () => {
    const oldest = manifest.engines.vscode.replace('^', '');
    assert.equal(manifest.devDependencies['@types/vscode'], oldest);
  });
});

describe('media/l10n/bundle.l10n.json', () => {
  it('has every text of the sources (npm run strings writes it)', () => {
    assert.equal(readFileSync(stringsFile, 'utf8'), stringsText());
  });
});
