import assert from 'node:assert/strict';
import { parseAgentIdentity, runtimeIdOf } from '../../../../src/core/identities/agentIdentity.ts';
import type { ListedIdentity } from '../../../../src/core/identities/listedIdentity.ts';
import { identityDocument } from '../../../../src/extension/identities/page/identityDocument.ts';
import { changedParts } from '../../../../src/presentation/webviewDocument.ts';
import {
  parseIdentityPageMessage,
  parseIdentityPageState,
} from '../../../../src/extension/identities/page/identityPageMessage.ts';
import {
  identityPartIds,
  identityParts,
  type IdentityPageContent,
} from '../../../../src/extension/identities/page/identityParts.ts';
import { inEnglish } from '../../../../src/presentation/agentWording.ts';

const identity = parseAgentIdentity('reviewer');
const evil = '<img src=x onerror=alert(1)>&"\u202e';
const record = {
  ...{ identity, runtimeId: runtimeIdOf(identity, 1), sessionId: 'conversation-0123456789' },
  ...{ generation: 1, checkpointVersion: 3 },
};
const listed: ListedIdentity = {
  identity,
  specPath: '/repo/.heddle/identities/reviewer.toml',
  spec: {
    ...{ identity, profile: 'claude', displayName: evil, labels: { team: evil } },
    ...{ addressability: 'addressable', context: { branch: evil } },
    ...{ additionalInstructions: [`You review.\n${evil}`], peers: [parseAgentIdentity('docs')] },
  },
  ...{ problems: [], state: 'active', record, generation: 1, checkpointVersion: 3 },
  lease: {
    ...{ token: 5, isOurs: true, remainingMs: 20_000, isHealthy: true },
    holder: { instance: 'w-1', label: 'window of Ada' },
  },
  ...{ waitingMessages: 1, peers: [parseAgentIdentity('docs')], lastOutput: `Done. ${evil}` },
  session: { sessionId: 'session-1', isRunning: true },
};
const content: IdentityPageContent = {
  placed: { root: '/repo', worktree: '/repo', listed },
  messages: [
    { id: 'm', atMs: 1_700_000_000_000, from: evil, text: evil, origin: 'person', kind: 'send' },
  ],
  history: [
    { kind: 'session_started', sessionId: 'session-1', atMs: 1_700_000_000_000 },
    {
      ...{ kind: 'message', id: 'm', from: 'Ada', origin: 'person', mode: 'send' },
      ...{ text: evil, atMs: 1_700_000_001_000 },
    },
  ],
};

function partsOf(given: IdentityPageContent = content, canAct = true) {
  return identityParts(given, { t: inEnglish, nameOf: () => 'Claude Code', canAct });
}

describe('the page of a named agent', () => {
  it('shows what it should be, where it stands, who owns it, its peers, messages and history', () => {
    const parts = partsOf();
    assert.match(parts.status, /at work/);
    assert.match(parts.status, /this window/);
    assert.match(parts.standing, /conversation-0123456789/);
    assert.match(parts.standing, /20 s left/);
    assert.match(parts.spec, /Claude Code \(claude\)/);
    assert.match(parts.spec, /You review\./);
    assert.match(parts.peers, /data-peer="docs"/);
    assert.match(parts.waiting, /1 message waits/);
    assert.match(parts.output, /It says[^]*Done\./);
    assert.ok(parts.history.indexOf('Ada wrote:') < parts.history.indexOf('session-1'));
    assert.match(parts.composer, /<textarea/);
  });

  it('never lets what others wrote become markup', () => {
    const all = Object.values(partsOf()).join('');
    assert.doesNotMatch(all, /<img/);
    assert.doesNotMatch(all, /\u202e/);
    assert.match(all, /&lt;img/);
  });

  it('has a button for what can be done now, and none in a restricted window', () => {
    const { status } = partsOf();
    for (const action of ['checkpoint', 'respawn', 'retire', 'reset', 'delete']) {
      assert.match(status, new RegExp(`data-action="${action}"`));
    }
    assert.doesNotMatch(status, /data-action="(?:start|takeOver)"/);
    const restricted = partsOf(content, false);
    assert.doesNotMatch(restricted.status, /<button/);
    assert.match(restricted.status, /restricted/);
    assert.equal(restricted.composer, '');
  });

  it('says what is wrong and what to do', () => {
    const failure = { identity, kind: 'resume_rejected', detail: 'It is gone.' } as const;
    const broken = { ...listed, state: 'broken', failure, lease: undefined } as const;
    const { trouble } = partsOf({ ...content, placed: { ...content.placed, listed: broken } });
    assert.match(trouble, /It is gone\..*[Rr]espawn/s);
    assert.equal(partsOf().trouble, '');
  });

  it('allows one script of ours and nothing else, and posts only what changed', () => {
    const text = identityDocument({
      ...{ placeholder: 'wait', title: 'reviewer', language: 'en', nonce: 'n0nce' },
      state: { worktree: '/repo"><script>', identity },
      ...{ cspSource: 'vscode-resource:', styleUris: ['style'], scriptUri: 'script' },
    });
    assert.match(text, /default-src 'none'|default-src &#39;none&#39;/);
    assert.equal(text.match(/<script/g)?.length, 1);
    for (const id of identityPartIds) assert.match(text, new RegExp(`id="part-${id}"`));
    const parts = partsOf();
    assert.deepEqual(changedParts(parts, { ...parts, head: 'new' }), { head: 'new' });
    assert.equal(Object.keys(changedParts(undefined, parts)).length, identityPartIds.length);
  });

  it('reads only messages and states that a page of ours posts', () => {
    assert.deepEqual(parseIdentityPageMessage({ action: 'reset' }), { kind: 'reset' });
    assert.deepEqual(parseIdentityPageMessage({ action: 'send', text: 'Go' }), {
      ...{ kind: 'send', text: 'Go' },
    });
    assert.deepEqual(parseIdentityPageMessage({ action: 'showPeer', peer: 'docs' }), {
      ...{ kind: 'showPeer', peer: 'docs' },
    });
    const bad = [
      ...[undefined, 'reset', { action: 'format' }, { action: 'send', text: 7 }],
      ...[
        { action: 'showPeer', peer: '../x' },
        { action: 'openSession', session: {} },
      ],
    ];
    for (const each of bad) assert.equal(parseIdentityPageMessage(each), undefined);
    assert.deepEqual(parseIdentityPageState({ worktree: '/repo', identity: 'docs', draft: 'x' }), {
      ...{ worktree: '/repo', identity: 'docs' },
    });
    assert.equal(parseIdentityPageState({ worktree: '/repo', identity: '..' }), undefined);
  });
});
