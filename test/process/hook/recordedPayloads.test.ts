import assert from 'node:assert/strict';
import { harnessIds, type HarnessId } from '../../../src/core/harness/harnessEvent.ts';
import { allPayloads } from '../../support/payloads/readPayloads.ts';
import { HookRepository } from './hookRepository.ts';
import { recordedCourses } from './recordedCourses.ts';
import {
  courseOf,
  documentedPayloads,
  twoAtATime,
  inputOf,
  recordedRuns,
  runHook,
  type RecordedRun,
} from './recordedRuns.ts';

const recorded: readonly HarnessId[] = ['claude-code', 'codex', 'gemini-cli', 'opencode'];
const documented = harnessIds.filter((harness) => !recorded.includes(harness));

describe('what coding agents gave their hooks', () => {
  const runs: readonly RecordedRun[] = [
    ...recorded.flatMap(recordedRuns),
    ...documented.map((harness) => {
      return { name: `${harness} documented`, calls: documentedPayloads(harness) };
    }),
  ];
  const courses = new Map<string, readonly string[]>();

  before(async () => {
    const lines = await twoAtATime(runs, (each) => courseOf(each, { run: runHook }));
    for (const [i, { name }] of runs.entries()) courses.set(name, lines[i] ?? []);
  });

  it('is all looked at', () => {
    const files = runs.flatMap(({ calls }) => calls.map(({ file }) => file));
    assert.deepEqual(
      allPayloads().filter(({ file }) => !files.includes(file)),
      [],
    );
    assert.deepEqual([...courses.keys()].sort(), Object.keys(recordedCourses).sort());
  });

  for (const { name } of runs) {
    it(`is answered to the byte and leaves what it should: ${name}`, () => {
      assert.deepEqual(courses.get(name), recordedCourses[name]);
    });
  }
});

/** The edits among the payloads, and the files of each. */
const edits: Readonly<Record<string, readonly string[]>> = {
  'claude-code/background-subagent-PreToolUse-2': ['one.txt'],
  'claude-code/edit-PreToolUse': ['src/new.ts'],
  'claude-code/edit-PreToolUse-3': ['README.md'],
  'claude-code/edit-PreToolUse-6': ['notes.ipynb'],
  'claude-code/terminal-PreToolUse': ['a.txt'],
  'codex/code-mode-PreToolUse': ['a.txt'],
  'codex/subagent-PreToolUse-3': ['a.txt'],
  'codex/work-PreToolUse-2': ['a.txt', 'new folder/new file.txt', 'b.txt', 'moved/b2.txt'],
  'codex/work-PreToolUse-3': ['new folder/new file.txt'],
  'codex/work-PreToolUse-4': ['a.txt'],
  'gemini-cli/permission-BeforeTool': ['a.txt'],
  'gemini-cli/subagent-BeforeTool-2': ['a.txt'],
  'gemini-cli/work-BeforeTool-3': ['new folder/b.txt'],
  'opencode/patch-tool.execute.before': ['a.txt', 'new folder/new file.txt'],
  'opencode/subagent-tool.execute.before-3': ['a.txt'],
  'opencode/work-tool.execute.before-3': ['new folder/b.txt'],
  'cursor/documented/preToolUse-write': ['src/a b.ts'],
  'vscode-copilot/documented/PreToolUse-apply_patch': ['a.ts'],
  'vscode-copilot/documented/PreToolUse-editFiles': ['src/main.ts'],
  'vscode-copilot/documented/PreToolUse-edit_notebook_file': ['n.ipynb'],
  'vscode-copilot/documented/PreToolUse-insert_edit': ['with space.ts'],
  'vscode-copilot/documented/PreToolUse-multi_replace': ['a.ts', 'b.ts'],
  'vscode-copilot/documented/older-PreToolUse': ['new.ts'],
  'copilot-cli/documented/PascalCase-PreToolUse-edit': ['a.ts'],
  'copilot-cli/documented/PascalCase-PreToolUse-patch': ['n.ts'],
  'copilot-cli/documented/preToolUse-edit-object': ['a.ts'],
  'copilot-cli/documented/preToolUse-edit': ['a.ts'],
};

describe('an edit of files that another agent holds', () => {
  const world = new Map<string, string>();
  let root = '';
  let holder = '';
  let repository: HookRepository | undefined;

  before(async () => {
    repository = new HookRepository();
    ({ root } = repository);
    const agent = repository.agent('holder');
    const paths = new Set(Object.values(edits).flat());
    for (const path of paths) await agent.before('Write', { file_path: `${root}/${path}` }, path);
    holder = (await repository.entryOf('holder')).sessionId;
    const kept = allPayloads().filter(({ file }) => nameOf(file) in edits);
    // One after the other: who waits too long for the store lets the edit through.
    for (const payload of kept) {
      const { stdout, stderr, code } = await runHook(inputOf(payload, root), { cwd: root });
      world.set(nameOf(payload.file), stdout);
      assert.deepEqual([payload.file, stderr, code], [payload.file, '', 0]);
    }
  });
  after(() => repository?.dispose());

  function nameOf(file: string): string {
    return file.replace(/\.json$/, '');
  }

  /** All that the model is told, to the letter. */
  function reasonFor(paths: readonly string[]): string {
    const words = paths.map((path) =>
      path.includes(' ') ? `'${root}/${path}'` : `${root}/${path}`,
    );
    const instead =
      paths.length > 3
        ? [
            'Go on with something else and try again later. Read it again before you edit it.',
            'If it cannot wait, ask the person you work for, who can take the lock away.',
          ]
        : [
            `Go on with something else, or wait for it with: heddle-agents lock ${words.join(' ')} --wait 5m --ttl 2m. Then read it again before you edit it.`,
            `If it cannot wait, ask the person you work for, who can free it with: heddle-agents break ${words.join(' ')}`,
          ];
    return [
      'Heddle Agents: this edit was not made, because somebody else is at work there.',
      ...paths.map(
        (path) =>
          `${path} is being edited by Claude Code (${holder}), until its turn ends or for 2 h more.`,
      ),
      'Do not change it in another way either (shell, script): that would destroy their work.',
      ...instead,
    ].join('\n');
  }

  /** The form that the agent obeys. */
  function answerOf(name: string, reason: string): Readonly<Record<string, unknown>> {
    const denied = { permissionDecision: 'deny', permissionDecisionReason: reason };
    const specific = { hookSpecificOutput: { hookEventName: 'PreToolUse', ...denied } };
    switch (name.split('/')[0]) {
      case 'gemini-cli':
        return { decision: 'deny', reason };
      case 'opencode':
        return { refuse: reason };
      case 'cursor':
        return { permission: 'deny', user_message: reason, agent_message: reason };
      case 'copilot-cli':
        return name.includes('PascalCase') ? { ...denied, ...specific } : denied;
      default:
        return specific;
    }
  }

  for (const [name, paths] of Object.entries(edits)) {
    it(`is refused to the byte in the form that its agent obeys: ${name}`, () => {
      const expected = JSON.stringify(answerOf(name, reasonFor(paths)));
      assert.equal(world.get(name), `${expected}\n`);
    });
  }

  it('takes none of them away', async () => {
    const held = [...new Set(Object.values(edits).flat())].sort();
    assert.deepEqual(await repository?.held(), held);
    assert.deepEqual(
      new Set((await repository?.standing())?.map(({ holder: each }) => each.identity)).size,
      1,
    );
  });
});
