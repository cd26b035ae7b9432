import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentEntry, NewAgentEntry } from '../../../src/core/agents/agentEntry.ts';
import { isBroken } from '../../../src/core/agents/agentRecord.ts';
import type { LivenessVerdict } from '../../../src/core/agents/liveness.ts';
import type { AgentSnapshot } from '../../../src/core/agents/registrySnapshot.ts';
import { parseTimestamp } from '../../../src/core/agents/timestamp.ts';
import { decodeEntryFile } from '../../../src/node/readEntryFile.ts';
import {
  agentDetailsParts,
  agentDetailsTitle,
  type AgentDetails,
} from '../../../src/presentation/agentDetailsPage.ts';
import { nowOf, tokensOf, usageOf } from '../../support/agentsAtWork.ts';
import { buildEntry } from '../../support/entryBuilder.ts';
import { copyFixtures } from '../../support/fixtures.ts';
import { makeTempFolder, removeTempFolder } from '../../support/tempFolder.ts';

const nowMs = Date.parse('2026-06-01T12:10:00Z');
const running: LivenessVerdict = { liveness: 'alive', reason: 'running' };
const gone: LivenessVerdict = { liveness: 'dead', reason: 'gone' };

describe('agentDetailsParts', () => {
  it('says who it is, in which state, on which thread, since when and on what evidence', () => {
    const { header } = partsOf({
      harness: 'claude-code',
      model: 'opus',
      thread: 'feature/a',
      pid: 7,
    });

    assert.match(header, /<h1>Claude Code · opus<\/h1>/);
    assert.match(header, /class="state state-alive"/);
    assert.match(textOf(header), /alive · thread feature\/a · started 10 min ago/);
    assert.match(textOf(header), /Process 7 is running\./);
  });

  it('says that an agent which merely registered holds no thread', () => {
    assert.match(textOf(partsOf({}).header), /holds no thread/);
  });

  it('says what it does, on which files, and what it asks', () => {
    const tool = { name: 'Edit', does: 'edit', paths: ['src/<b>.ts'], sinceMs: nowMs } as const;
    const working = partsOf({}, { activity: { now: nowOf({ tool }) } }).header;
    assert.match(working, /class="state state-working"/);
    assert.match(textOf(working), /^agent-a editing src\/<b>\.ts · holds no thread/);
    assert.match(textOf(working), /Working since 2026-06-01 .*Edit : src\/<b>\.ts/);
    assert.match(working, /<code>src\/&lt;b&gt;\.ts<\/code>/);

    const waitsFor = { reason: 'question', text: 'Which <i>branch</i>?' } as const;
    const waiting = partsOf({}, { activity: { now: nowOf({ phase: 'waiting', waitsFor }) } });
    assert.match(textOf(waiting.header), /It asks you a question and cannot go on\. Since/);
    assert.match(textOf(waiting.header), /Which <i>branch<\/i>\?/);
  });

  it('says nothing of what a removed or dead one did', () => {
    const activity = { now: nowOf() };
    assert.match(partsOf({}, { activity, isRemoved: true }).header, /state-(unknown|alive)/);
    assert.match(partsOf({}, { activity, verdict: gone }).header, /state-dead/);
  });

  it('has the usage of the transcript in place of the entry, the limit first, then the sum', () => {
    const usage = usageOf(
      { tokens: tokensOf({ input: 1200, output: 34 }), contextTokens: 50, contextLimit: 100 },
      { microsUsd: 420_000 },
    );
    const withChildren = usageOf({ tokens: tokensOf({ input: 9999 }) }, { microsUsd: 900_000 });
    const crossing = {
      kind: 'near' as const,
      ...{ spentMicrosUsd: 900_000, limitMicrosUsd: 1_000_000, isLowerBound: false },
    };
    const text = textOf(partsOf({}, { activity: { usage, withChildren, crossing } }).usage);
    assert.match(text, /^Usage Limit ⚠\uFE0E \$0\.90 of \$1\.00 spent with subagents: near/);
    assert.match(text, /Tokens in 1,200 .*Tokens out 34 .*Cost about \$0\.42, by list prices/);
    assert.match(text, /Context ▰▰▰▰▰▱▱▱▱▱ 50 % of 100 .*With subagents Tokens in 9,999/);
  });

  it('offers to release an active agent, and to reap only a dead one', () => {
    assert.deepEqual(actionsOf(partsOf({ path: '/repo' }).actions), [
      'openEntryFile',
      'openWorktree',
      'release',
      'copySessionId',
    ]);
    assert.ok(actionsOf(partsOf({}, { verdict: gone }).actions).includes('reap'));
    const finished = partsOf(
      { status: 'complete', completedAt: '2026-06-01T12:05:00Z' },
      { verdict: { liveness: 'dead', reason: 'finished' } },
    );
    assert.deepEqual(actionsOf(finished.actions), ['openEntryFile', 'copySessionId']);
    assert.match(textOf(finished.header), /complete .* ended 5 min ago/);
  });

  it('keeps what was last known of a removed entry and says that it was removed', () => {
    const parts = partsOf({ thread: 'feature/a', path: '/repo' }, { isRemoved: true });

    assert.match(textOf(parts.notice), /This entry was removed\./);
    assert.match(textOf(parts.header), /feature\/a/);
    assert.deepEqual(actionsOf(parts.actions), ['openWorktree', 'copySessionId']);
    assert.equal(partsOf({}).notice, '');
  });

  it('lists the chain from root to leaf, with a button for everybody but the agent itself', () => {
    const root = snapshotOf(buildEntry('root', { provider: 'human', nativeActorKey: 'human:ada' }));
    const leaf = snapshotOf(buildEntry('leaf', { harness: 'codex' }));
    const { chain } = agentDetailsParts(detailsOf(leaf, { chain: [root, leaf] }), { nowMs });

    const text = textOf(chain);
    assert.ok(text.indexOf('ada') < text.indexOf('Codex'), text);
    assert.match(chain, /data-action="showAgent"\s+data-session-id="root"/);
    assert.doesNotMatch(chain, /data-session-id="leaf"/);
    assert.match(chain, /<li aria-current="page">/);
  });

  it('leaves out a chain of one, and usage and queries where there are none', () => {
    const parts = partsOf({});
    assert.deepEqual([parts.chain, parts.usage, parts.queries], ['', '', '']);
  });

  it('shows usage as tokens and dollars, exact beyond 2^53', () => {
    const { usage } = partsOf({
      usageSummary: {
        inputTokens: 9_007_199_254_740_993n,
        toolCalls: 37,
        costMicrosUsd: 1_843_210n,
        unknownFields: { cached_tokens: 12n },
      },
    });

    const text = textOf(usage);
    assert.match(text, /Tokens in 9,007,199,254,740,993/);
    assert.match(text, /Tool calls 37/);
    assert.match(text, /Cost \$1\.84/);
    assert.match(text, /cached_tokens 12/);
  });

  it('shows each field with its label, a time both local and relative', () => {
    const text = textOf(partsOf({ pid: 7, heartbeatAt: '2026-06-01T12:09:30Z' }).fields);

    assert.match(text, /Process 7/);
    assert.match(text, /Last heartbeat \d{4}-\d\d-\d\d \d\d:\d\d:30 \(30 s ago\)/);
    assert.match(text, /Started .* \(10 min ago\)/);
    assert.doesNotMatch(text, /Boot|Usage/);
  });

  it('says of a time that is yet to come in how long it is', () => {
    const text = textOf(partsOf({ heartbeatAt: '2026-06-01T12:12:00Z' }).fields);
    assert.match(text, /Last heartbeat .* \(in 2 min\)/);
  });

  it('shows fields of a newer version under their own names', () => {
    const unknownFields = { task_assignment_id: 'ta-1', limits: { tokens: 5n, hard: true } };
    const { fields } = partsOf({ unknownFields });

    assert.match(textOf(fields), /Fields of a newer version task_assignment_id ta-1/);
    assert.match(textOf(fields), /limits \{"tokens": 5, "hard": true\}/);
  });

  it('lists context queries, the newest first', () => {
    const { queries } = partsOf({
      contextQueries: [
        { path: 'src/a.ts', queriedAt: '2026-06-01T12:00:00Z', unknownFields: {} },
        {
          path: 'src/b.ts',
          scope: 'symbol:b',
          queriedAt: '2026-06-01T12:09:00Z',
          unknownFields: { depth: 2n },
        },
      ],
    });

    const text = textOf(queries);
    assert.ok(text.indexOf('src/b.ts') < text.indexOf('src/a.ts'), text);
    assert.match(text, /symbol:b .* \(1 min ago\) depth = 2/);
    assert.match(queries, /<th scope="col">Path<\/th>/);
  });

  it('shows the raw file in a block that can be opened, or says that it cannot be read', () => {
    const { raw } = partsOf({}, { rawText: 'status = "active"\n' });
    assert.match(raw, /<details data-key="raw">/);
    assert.match(raw, /<code>status = &quot;active&quot;\n<\/code>/);
    assert.match(textOf(partsOf({}, { rawText: undefined }).raw), /The file cannot be read\./);
  });

  it('gives equal parts for equal details, so that nothing is replaced in vain', () => {
    assert.deepEqual(partsOf({ thread: 'feature/a' }), partsOf({ thread: 'feature/a' }));
  });

  it('translates every text of its own', () => {
    const seen: string[] = [];
    const t = (message: string): string => {
      seen.push(message);
      return `«${String(seen.length)}»`;
    };
    const agent = snapshotOf(buildEntry('agent-a', { thread: 'x' }));
    const parts = agentDetailsParts(detailsOf(agent), { nowMs, t });
    const words = textOf(Object.values(parts).join(' ')).match(/\b[A-Z][a-z]+ [a-z]+/g);
    assert.equal(words, null);
    assert.ok(seen.includes('Open Entry File'));
  });
});

describe('agentDetailsParts with hostile text', () => {
  const allowedTags = new Set(
    'h1 h2 h3 p span code div button ol li strong table thead tbody tr th td details summary pre'.split(
      ' ',
    ),
  );
  const allowedAttributes = new Set(
    'class title id role type scope tabindex aria-hidden aria-label aria-current data-key data-action data-session-id'.split(
      ' ',
    ),
  );
  const attack =
    '"><script>alert(1)</script><img src=x onerror=alert(1)>\' onclick="x" [a](command:b) \u202egnp \u001b[31m </code></pre></details>';

  it('makes no tag, attribute, link or script of the hostile fixture', () => {
    const folder = makeTempFolder();
    try {
      copyFixtures('heddle-agents', folder);
      const bytes = readFileSync(join(folder, 'agent-hostile-text.toml'));
      const record = decodeEntryFile('agent-hostile-text.toml', bytes);
      assert.ok(!isBroken(record));
      const agent = snapshotOf(record.entry);
      const parts = agentDetailsParts(
        detailsOf(agent, {
          rawText: bytes.toString('utf8'),
          chain: [agent, snapshotOf(buildEntry('b'))],
        }),
        { nowMs },
      );
      assertHarmless(parts);
      assert.match(textOf(parts.header), /<img src=x onerror=alert\(1\)>/, 'it is shown as text');
    } finally {
      removeTempFolder(folder);
    }
  });

  it('makes no tag, attribute, link or script of any field', () => {
    const entry = everyTextField(attack);
    const agent = snapshotOf(entry);
    const details = detailsOf(agent, {
      chain: [snapshotOf({ ...entry, sessionId: 'other' }), agent],
      filePath: attack,
      rawText: attack,
    });
    assertHarmless(agentDetailsParts(details, { nowMs }));
    assert.doesNotMatch(agentDetailsTitle(agent), /[\u202e\u001b]/);
  });

  function assertHarmless(parts: Readonly<Record<string, string>>): void {
    for (const [id, markup] of Object.entries(parts)) {
      for (const tag of tagsOf(markup, id)) {
        assert.ok(allowedTags.has(tag.name), `${id}: <${tag.name}>`);
        for (const attribute of tag.attributes) {
          assert.ok(allowedAttributes.has(attribute), `${id}: ${tag.name} ${attribute}`);
        }
      }
      assert.doesNotMatch(markup, /[\u202e\u001b]/);
    }
  }

  function everyTextField(text: string): AgentEntry {
    const plain = buildEntry('agent-hostile');
    return {
      ...plain,
      ...Object.fromEntries(textFields.map((field) => [field, text])),
      attachPrecedence: [text, text],
      usageSummary: { unknownFields: { [text]: text } },
      contextQueries: [
        { path: text, scope: text, queriedAt: plain.startedAt, unknownFields: { [text]: text } },
      ],
      unknownFields: { [text]: { [text]: [text] }, ['__proto__']: text },
    };
  }
});

const textFields = [
  'clientInstanceId',
  'nativeActorKey',
  'nativeParentActorKey',
  'nativeInstanceKey',
  'heddleSessionId',
  'threadId',
  'thread',
  'bootId',
  'livenessPath',
  'anchorState',
  'anchorRoot',
  'reservationToken',
  'path',
  'baseState',
  'provider',
  'model',
  'harness',
  'thinkingLevel',
  'reportFlushState',
  'attachReason',
  'winningAttachRule',
  'probeSource',
  'processStart',
  'pidNamespace',
] as const;

interface Tag {
  readonly name: string;
  readonly attributes: readonly string[];
}

/** Every tag; fails on a `<` that begins none and on an attribute without quotes. */
function tagsOf(markup: string, id: string): readonly Tag[] {
  const tags: Tag[] = [];
  const rest = markup.replace(
    /<\/?([a-z0-9]+)((?:\s+[a-z-]+="[^"<>]*")*)\s*>/g,
    (_, name: string, attributes: string) => {
      const names = [...attributes.matchAll(/([a-z-]+)="/g)].map((match) => match[1] ?? '');
      tags.push({ name, attributes: names });
      return '';
    },
  );
  assert.doesNotMatch(rest, /[<>]/, `${id}: ${rest}`);
  return tags;
}

/** What a reader sees, with single spaces. */
function textOf(markup: string): string {
  return markup
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ')
    .trim();
}

function actionsOf(markup: string): readonly string[] {
  return [...markup.matchAll(/data-action="(\w+)"/g)].map((match) => match[1] ?? '');
}

interface Circumstances extends Partial<AgentDetails> {
  readonly verdict?: LivenessVerdict;
}

function partsOf(
  fields: Partial<NewAgentEntry>,
  { verdict, ...given }: Circumstances = {},
): ReturnType<typeof agentDetailsParts> {
  const agent = snapshotOf(buildEntry('agent-a', fields), verdict);
  return agentDetailsParts(detailsOf(agent, given), { nowMs });
}

function snapshotOf(entry: AgentEntry, verdict = running): AgentSnapshot {
  const startedAt = parseTimestamp(entry.startedAt);
  assert.ok(startedAt);
  return { entry, startedAt, verdict };
}

function detailsOf(agent: AgentSnapshot, given: Partial<AgentDetails> = {}): AgentDetails {
  return {
    root: '/repo',
    agent,
    chain: [agent],
    filePath: '/repo/.heddle/agents/agent-a.toml',
    rawText: '',
    isRemoved: false,
    ...given,
  };
}
