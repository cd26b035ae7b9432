import { deepEqual, equal, match, ok } from 'node:assert/strict';
import fc from 'fast-check';
import type {
  ConnectionRecipe,
  SettingsEdit,
} from '../../../../src/core/harness/connectionRecipe.ts';
import { connectionRecipes } from '../../../../src/harnesses/connecting/connectionRecipes.ts';
import { parseJsonText } from '../../../../src/harnesses/connecting/jsonText.ts';
import { getNodeValue } from 'jsonc-parser';

const recipes = connectionRecipes('linux').filter(({ harness }) => harness !== 'opencode');
const claude = recipeOf('claude-code');
const cursor = recipeOf('cursor');

function recipeOf(harness: string): ConnectionRecipe {
  const recipe = connectionRecipes('linux').find((each) => each.harness === harness);
  ok(recipe);
  return recipe;
}

function textOf(edit: SettingsEdit): string {
  ok(edit.kind === 'text', edit.kind === 'problem' ? edit.reason : '');
  ok(edit.text !== undefined);
  return edit.text;
}

function valueOf(text: string): Record<string, unknown> {
  const json = parseJsonText(text);
  ok(json.kind === 'tree');
  return JSON.parse(JSON.stringify(getNodeValue(json.root))) as Record<string, unknown>;
}

const foreign = { hooks: [{ type: 'command', command: 'echo mine', timeout: 3 }] };

/** Settings as people have them. */
const settings: Readonly<Record<string, string>> = {
  'with comments': `// My settings
{
  /* the model */
  "model": "opus", // the big one
  "permissions": { "allow": ["Bash(ls:*)", "Read"], "deny": [] }, // all of them
  // nothing below
}
`,
  'with tabs and CRLF':
    '{\r\n\t"env": {\r\n\t\t"A": "1"\r\n\t},\r\n\t"hooks": {\r\n\t\t"Stop": [\r\n\t\t\t{ "hooks": [] }\r\n\t\t]\r\n\t}\r\n}\r\n',
  'without a line break at its end': '{\n    "model": "opus"\n}',
  'on one line': '{"model":"opus","hooks":{"Stop":[{"hooks":[]}]}}',
  'on one line with blanks': '{ "model": "opus", "env": { "A": "1" } }\n',
  'with trailing commas': '{\n  "model": "opus",\n  "list": [\n    1,\n    2,\n  ],\n}\n',
  'with hooks of others': `{
  "hooks": {
    "PreToolUse": [
      {
        "matcher": "Bash",
        "hooks": [{ "type": "command", "command": "guard.sh" }] // keep
      }
    ],
    "Stop": [
      { "hooks": [{ "type": "command", "command": "say done" }] }
    ]
  },
  "model": "opus"
}
`,
  'with a comment before the end': '{\n  "a": 1\n  // the end\n}\n',
  'with a block comment behind the last': '{\n  "a": 1 /* one */\n}\n',
};

describe('hooks in a settings text', () => {
  for (const [name, text] of Object.entries(settings)) {
    it(`${name} come and go without a trace`, () => {
      for (const recipe of recipes) {
        const connected = textOf(recipe.connected(text));
        equal(recipe.state(connected).kind, 'current', recipe.harness);
        equal(textOf(recipe.disconnected(connected, text)), text, recipe.harness);
        const [rest, expected] = [valueOf(connected), valueOf(text)];
        for (const each of [rest, expected]) {
          delete each.hooks;
          delete each.version;
        }
        deepEqual(rest, expected, recipe.harness);
      }
    });
  }

  it('are not written a second time', () => {
    for (const recipe of recipes) {
      for (const text of [undefined, '', '{}', ...Object.values(settings)]) {
        const connected = textOf(recipe.connected(text));
        equal(textOf(recipe.connected(connected)), connected);
      }
    }
  });

  it('keep every line that was there, in its place and by its bytes', () => {
    for (const text of Object.values(settings)) {
      if (!text.includes('\n  ')) continue;
      const left = new Set(textOf(claude.connected(text)).split('\n'));
      const gone = text.split('\n').filter((line) => !left.has(line));
      // A comma may have come behind what was last, and nothing else.
      ok(gone.length <= 3, gone.join('\n'));
      for (const line of gone) {
        ok(
          [...left].some((each) => each.replaceAll(',', '') === line.replaceAll(',', '')),
          line,
        );
      }
    }
  });

  it('follow the indentation and the line ends of the file', () => {
    const tabs = textOf(claude.connected('{\r\n\t"a": 1\r\n}\r\n'));
    ok(tabs.includes('\r\n\t"hooks": {\r\n\t\t"SessionStart": [\r\n\t\t\t{\r\n'));
    ok(!/[^\r]\n/.test(tabs));
    const four = textOf(claude.connected('{\n    "a": 1\n}\n'));
    ok(four.includes('\n    "hooks": {\n        "SessionStart": ['));
    equal(textOf(claude.connected('{"a":1}')).split('\n').length, 1);
  });

  it('stand beside those of others, which come first', () => {
    const text = textOf(claude.connected(settings['with hooks of others']));
    const hooks = valueOf(text).hooks as Record<string, { hooks: { command: string }[] }[]>;
    const commands = (hooks.PreToolUse ?? []).map((each) => each.hooks[0]?.command);
    equal(commands[0], 'guard.sh');
    match(commands[1] ?? '', /hook claude-code$/);
    equal(commands.length, 2);
  });

  it('leave without those that others added before and behind them meanwhile', () => {
    const connected = valueOf(textOf(claude.connected('{"model":"opus"}')));
    const hooks = connected.hooks as Record<string, unknown[]>;
    const edited = {
      first: true,
      ...connected,
      hooks: { ...hooks, Stop: [foreign, ...(hooks.Stop ?? []), foreign], Own: [foreign] },
    };
    for (const indent of [0, 2, '\t']) {
      const text = JSON.stringify(edited, null, indent);
      const left = textOf(claude.disconnected(text, '{"model":"opus"}'));
      deepEqual(valueOf(left), {
        first: true,
        model: 'opus',
        hooks: { Stop: [foreign, foreign], Own: [foreign] },
      });
    }
  });

  it('leave a group that somebody shares with them', () => {
    const connected = valueOf(textOf(claude.connected(undefined)));
    const hooks = connected.hooks as Record<string, { hooks: unknown[] }[]>;
    hooks.Stop?.[0]?.hooks.unshift(...foreign.hooks);
    const text = JSON.stringify(connected, null, 2);
    equal(claude.state(text).kind, 'older');
    deepEqual(valueOf(textOf(claude.disconnected(text, undefined))), {
      hooks: { Stop: [foreign] },
    });
    const again = textOf(claude.connected(text));
    equal(claude.state(again).kind, 'current');
    ok(again.includes('echo mine'));
  });

  it('of an older form give way to those of today', () => {
    const old = '"$HOME/.heddle-agents/bin/heddle-agents" hook claude-code';
    const text = JSON.stringify(
      {
        hooks: {
          Stop: [{ hooks: [{ type: 'command', command: old }] }, foreign],
          Gone: [{ hooks: [{ type: 'command', command: old }] }],
        },
      },
      null,
      2,
    );
    equal(claude.state(text).kind, 'older');
    const now = textOf(claude.connected(text));
    equal(claude.state(now).kind, 'current');
    const { hooks } = valueOf(now) as { hooks: Record<string, unknown> };
    equal(hooks.Gone, undefined);
    ok(now.includes('echo mine'));
  });

  it('are missed one by one', () => {
    const connected = valueOf(textOf(claude.connected(undefined)));
    delete (connected.hooks as Record<string, unknown>).Stop;
    deepEqual(claude.state(JSON.stringify(connected)), { kind: 'partial', missing: ['Stop'] });
  });

  it('are found whatever the order of their fields', () => {
    const text = textOf(cursor.connected(undefined));
    const turned = text.replace(
      /("command": "(?:[^"\\]|\\.)*"),\s+"timeout": 10/g,
      '"timeout": 10, $1',
    );
    ok(turned !== text);
    equal(cursor.state(turned).kind, 'current');
  });

  it('leave nothing of a file that only they had made', () => {
    for (const recipe of recipes) {
      const made = textOf(recipe.connected(undefined));
      deepEqual(recipe.disconnected(made, undefined), { kind: 'text', text: undefined });
    }
  });

  it('leave the lists and objects that were empty before', () => {
    for (const text of [
      '{}',
      '{\n  "hooks": {}\n}\n',
      '{\n  "hooks": {\n    "Stop": []\n  }\n}\n',
    ]) {
      const edited = textOf(claude.connected(text));
      deepEqual(valueOf(textOf(claude.disconnected(edited, text))), valueOf(text));
    }
  });

  it('are refused by what is no settings, with the place and what to do', () => {
    const problems: readonly (readonly [string, RegExp])[] = [
      ['{\n  "a": 1,\n  "b"\n}', /^is not valid JSON \(line 4, column 1: .*\)\. Repair it/],
      ['{"a": 1', /^is not valid JSON \(line 1, column 8/],
      ['[]', /^has no JSON object at its top/],
      ['{"hooks": []}', /^has "hooks" that is an array, not an object/],
      ['{"hooks": null}', /^has "hooks" that is null, not an object/],
      ['{"hooks": {"Stop": {}}}', /^has "hooks\.Stop" that is an object, not a list/],
      ['{"hooks": {}, "hooks": {}}', /^has "hooks" twice/],
      ['{"hooks": {"Stop": [], "Stop": []}}', /^has "hooks\.Stop" twice/],
    ];
    for (const [text, expected] of problems) {
      const edit = claude.connected(text);
      ok(edit.kind === 'problem', text);
      match(edit.reason, expected);
      equal(claude.disconnected(text, undefined).kind, 'problem');
      equal(claude.state(text).kind, 'problem');
    }
  });

  it('come and go without a trace in any object', () => {
    const anything = fc.dictionary(
      fc.constantFrom('hooks ', 'a', 'b', 'env', 'version', '__proto__', 'é "quoted"'),
      fc.jsonValue({ maxDepth: 2 }),
    );
    const layouts = fc.constantFrom<string | number>(0, 1, 2, 4, '\t');
    fc.assert(
      fc.property(anything, layouts, (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const connected = textOf(claude.connected(text));
        equal(claude.state(connected).kind, 'current');
        const left = textOf(claude.disconnected(connected, text));
        deepEqual(JSON.parse(left), JSON.parse(text));
        if (Object.keys(value).length > 0) equal(left, text);
      }),
      { numRuns: 300 },
    );
  });
});
