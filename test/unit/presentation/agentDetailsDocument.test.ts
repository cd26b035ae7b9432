import { strict as assert } from 'node:assert';
import { agentDetailsDocument } from '../../../src/presentation/agentDetailsDocument.ts';
import { detailsPartIds, type DetailsParts } from '../../../src/presentation/agentDetailsPage.ts';
import { changedParts } from '../../../src/presentation/webviewDocument.ts';

const state = { root: '/re"po<x>', sessionId: 'agent-a' };

describe('agentDetailsDocument', () => {
  const text = agentDetailsDocument({
    placeholder: 'Reading <the> entry…',
    title: '<script>',
    language: 'en',
    state,
    cspSource: 'https://host',
    styleUris: ['https://host/a.css'],
    scriptUri: 'https://host/a.js?a=1&b=2',
    nonce: 'n0nce',
  });

  it('allows nothing but its own style sheets and its own script', () => {
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(text)?.[1] ?? '';
    assert.equal(
      policy.replaceAll('&#39;', "'"),
      "default-src 'none'; style-src https://host; script-src 'nonce-n0nce'; base-uri 'none'; form-action 'none'",
    );
    assert.doesNotMatch(text, /unsafe-inline|unsafe-eval|<style|style="| on\w+="/);
    assert.equal(text.match(/<script/g)?.length, 1);
    assert.match(text, /<script nonce="n0nce" src="https:\/\/host\/a\.js\?a=1&amp;b=2"><\/script>/);
  });

  it('escapes title and placeholder', () => {
    assert.match(text, /<title>&lt;script&gt;<\/title>/);
    assert.match(text, /Reading &lt;the&gt; entry…/);
  });

  it('has a place for each part and names the agent for after a reload', () => {
    for (const id of detailsPartIds) assert.match(text, new RegExp(`<div id="part-${id}"`));
    const stored = /data-state="([^"]*)"/.exec(text)?.[1] ?? '';
    assert.deepEqual(JSON.parse(decodeURIComponent(stored.replaceAll('&#39;', "'"))), state);
  });
});

describe('changedParts', () => {
  const parts = Object.fromEntries(
    detailsPartIds.map((id) => [id, `<p>${id}</p>`]),
  ) as DetailsParts;

  it('is everything for a page that shows nothing yet', () => {
    assert.deepEqual(changedParts(undefined, parts), parts);
  });

  it('is nothing when nothing changed, and only what did otherwise', () => {
    assert.deepEqual(changedParts(parts, { ...parts }), {});
    assert.deepEqual(changedParts(parts, { ...parts, usage: 'x' }), { usage: 'x' });
  });
});
