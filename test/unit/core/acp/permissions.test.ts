import { deepEqual, equal, ok } from 'node:assert/strict';

import { wholeCall } from '../../../../src/core/acp/acpUpdate.ts';
import { editedPaths } from '../../../../src/core/acp/editedPaths.ts';
import { policyOutcome } from '../../../../src/core/acp/permissionPolicy.ts';
import {
  decisionOf,
  rejection,
  toPermissionRequest,
} from '../../../../src/core/acp/permissionRequest.ts';
import { peerTools } from '../../../../src/mcp/tools/peerTools.ts';
import { toolTable } from '../../../../src/mcp/tools/toolTable.ts';

const toolCall = { toolCallId: 'c', title: 'Edit', kind: 'edit' };
const options = [
  { optionId: 'a', name: 'Always', kind: 'allow_always' },
  { optionId: 'o', name: 'Once', kind: 'allow_once' },
  { optionId: 'r', name: 'No', kind: 'reject_once' },
];
const request = toPermissionRequest({ toolCall, options });
ok(request);

describe('a permission request', () => {
  it('has each option once, also one of a kind that is not known', () => {
    const read = toPermissionRequest({
      toolCall,
      options: [...options, { optionId: 'o', name: 'Again' }, { optionId: 'n', kind: 'new' }, 7],
    });
    deepEqual(
      read?.options.map(({ id, kind }) => [id, kind]),
      [
        ['a', 'allow-always'],
        ['o', 'allow-once'],
        ['r', 'reject-once'],
        ['n', undefined],
      ],
    );
  });

  it('is none without a call or without options', () => {
    equal(toPermissionRequest({ toolCall, options: [] }), undefined);
    equal(toPermissionRequest({ options }), undefined);
    equal(toPermissionRequest('x'), undefined);
  });

  it('is rejected once, or with no option where there is none for it', () => {
    deepEqual(rejection(request), { outcome: 'selected', optionId: 'r' });
    deepEqual(rejection({ options: request.options.slice(0, 2) }), { outcome: 'cancelled' });
  });

  it('is allowed once by a policy, and never for good', () => {
    const policy = { edits: 'allow', commands: 'ask' } as const;
    const once = { outcome: 'selected', optionId: 'o' };
    deepEqual(policyOutcome({ toolKind: 'edit', request }, policy), once);
    deepEqual(policyOutcome({ toolKind: 'move', request }, policy), once);
    equal(policyOutcome({ toolKind: 'execute', request }, policy), undefined);
    equal(
      policyOutcome({ toolKind: 'fetch', request }, { ...policy, commands: 'allow' }),
      undefined,
    );
    const onlyAlways = { ...request, options: request.options.slice(0, 1) };
    equal(policyOutcome({ toolKind: 'edit', request: onlyAlways }, policy), undefined);
  });

  it('is not put to a person when it is about a tool of ours, and is for any other', () => {
    const ask = { edits: 'ask', commands: 'ask' } as const;
    const once = { outcome: 'selected', optionId: 'o' };
    const names = [...toolTable, ...peerTools].map(({ name }) => name);
    ok(names.length >= 14);
    for (const name of names) {
      const title = `mcp__heddle-agents__${name}`;
      deepEqual(policyOutcome({ toolKind: 'other', title, request }, ask), once);
      equal(policyOutcome({ toolKind: 'execute', title, request }, ask), undefined);
    }
    for (const title of ['mcp__heddle-agents__run', 'mcp__other__list_peers', ' list_peers', '']) {
      equal(policyOutcome({ toolKind: 'other', title, request }, ask), undefined);
    }
  });

  it('that is an edit and allowed for good is allowed once at the agent', () => {
    const always = { kind: 'option', optionId: 'a' } as const;
    const given = { isAllowed: true, isForGood: true };
    deepEqual(decisionOf(request, always, { isEdit: true }), {
      outcome: { outcome: 'selected', optionId: 'o' },
      ...given,
    });
    deepEqual(decisionOf(request, always, { isEdit: false }), {
      outcome: { outcome: 'selected', optionId: 'a' },
      ...given,
    });
  });

  it('is rejected when the person does not want to answer', () => {
    deepEqual(decisionOf(request, { kind: 'declined' }, { isEdit: true }), {
      outcome: { outcome: 'selected', optionId: 'r' },
      isAllowed: false,
      isForGood: false,
    });
  });
});

describe('the files that a call changes', () => {
  const edit = wholeCall({ callId: 'c', toolKind: 'edit' });

  it('are its locations and its diffs, each once', () => {
    const content = [
      { kind: 'diff', path: '/a', newText: '' },
      { kind: 'diff', path: '/b', newText: '' },
      { kind: 'other', name: 'long-diff', value: { path: '/c', length: 9 } },
    ] as const;
    deepEqual(editedPaths({ ...edit, content, locations: [{ path: '/a' }] }), ['/a', '/b', '/c']);
  });

  it('are what its input says where it has neither', () => {
    deepEqual(editedPaths({ ...edit, rawInput: { file_path: '/a', content: 'x' } }), ['/a']);
    deepEqual(editedPaths({ ...edit, rawInput: 'x' }), []);
  });

  it('are none of a call that only reads or runs', () => {
    const locations = [{ path: '/a' }];
    deepEqual(editedPaths({ ...edit, toolKind: 'read', locations }), []);
    deepEqual(editedPaths({ ...edit, toolKind: 'execute', locations }), []);
    deepEqual(editedPaths({ ...edit, toolKind: 'delete', locations }), ['/a']);
  });
});
