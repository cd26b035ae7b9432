import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { silentLogger } from '../../../src/base/logger.ts';
import type { SessionLine } from '../../../src/core/harness/sessionLine.ts';
import { claudeTranscript } from '../../../src/harnesses/usage/claudeTranscript.ts';
import { turnUsage } from '../../../src/hook/turnUsage.ts';
import { transcriptName } from '../../../src/node/usage/transcriptName.ts';
import { UsageReader } from '../../../src/node/usage/usageReader.ts';
import { noonMs, sessionLine, stateOf } from '../../support/agentsAtWork.ts';
import { makeTempFolder, removeTempFolder } from '../../support/tempFolder.ts';

const answer = (id: string, output: number, more = ''): string =>
  `${JSON.stringify({
    type: 'assistant',
    message: {
      ...{ id, model: 'claude-opus-5', content: [{ type: 'text', text: more }] },
      usage: { input_tokens: 10, output_tokens: output },
    },
  })}\n`;

describe('what an agent used until the end of its turn', () => {
  let root: string;
  let folder: string;
  let transcript: string;
  beforeEach(() => {
    root = makeTempFolder();
    folder = join(root, '.heddle', 'harness-sessions');
    mkdirSync(folder, { recursive: true });
    transcript = join(root, 'session.jsonl');
  });
  afterEach(() => removeTempFolder(root));

  const usageAfter = (
    lines: readonly SessionLine[] = [],
    { entryId = 'a', maxBytes = 1024 * 1024 } = {},
  ): ReturnType<typeof turnUsage> => {
    const state = stateOf(sessionLine('a', { transcriptPath: transcript }), ...lines);
    return turnUsage({ folder, state, entryId, maxBytes });
  };

  it('is the sum of its transcript, read on from turn to turn', async () => {
    writeFileSync(transcript, answer('m1', 5));
    const first = await usageAfter();
    assert.deepEqual([first?.inputTokens, first?.outputTokens], [10n, 5n]);
    assert.ok((first?.costMicrosUsd ?? 0n) > 0n);
    appendFileSync(transcript, answer('m2', 7));
    const second = await usageAfter();
    assert.deepEqual([second?.inputTokens, second?.outputTokens], [20n, 12n]);
  });

  it('begins where a window left off', async () => {
    writeFileSync(transcript, answer('m1', 5));
    const name = transcriptName({
      ...{ harness: 'claude-code', sessionKey: 'session-of-a', childKey: undefined },
    });
    const reader = new UsageReader({ folder, logger: silentLogger });
    await reader.read({ name, transcriptPath: transcript, format: claudeTranscript });
    appendFileSync(transcript, answer('m2', 7));
    const second = await usageAfter();
    assert.equal(second?.outputTokens, 12n);
  });

  it('reads so much at a time, and the rest with the next turns', async () => {
    const many = Array.from({ length: 40 }, (_, i) => answer(`m${i}`, 1, 'x'.repeat(20_000)));
    writeFileSync(transcript, many.join(''));
    const first = await usageAfter([], { maxBytes: 300_000 });
    assert.ok((first?.outputTokens ?? 0n) < 40n);
    for (let i = 0; i < 4; i += 1) await usageAfter([], { maxBytes: 300_000 });
    assert.equal((await usageAfter())?.outputTokens, 40n);
  });

  it('is that of the child for a child', async () => {
    writeFileSync(transcript, answer('m1', 5));
    const own = join(root, 'session', 'subagents', 'agent-kid.jsonl');
    mkdirSync(dirname(own), { recursive: true });
    writeFileSync(own, answer('c1', 900));
    const child: SessionLine = { kind: 'child', atMs: noonMs, child: 'kid', entryId: 'a-kid' };
    assert.equal((await usageAfter([child], { entryId: 'a-kid' }))?.outputTokens, 900n);
    assert.equal((await usageAfter([child]))?.outputTokens, 5n);
  });

  it('is what its events told where there is no transcript', async () => {
    const usage = { inputTokens: 3, costUsd: 0.25 };
    const told = await usageAfter([{ kind: 'usage', atMs: noonMs, usage }]);
    assert.deepEqual([told?.inputTokens, told?.costMicrosUsd], [3n, 250_000n]);
  });

  it('is nothing, without an error, where nothing can be read', async () => {
    assert.equal(await usageAfter(), undefined);
    mkdirSync(transcript);
    assert.equal(await usageAfter(), undefined);
    assert.equal(await usageAfter([], { entryId: 'nobody' }), undefined);
    transcript = '/dev/zero';
    assert.equal(await usageAfter(), undefined);
    transcript = `relative\0${root}`;
    assert.equal(await usageAfter(), undefined);
  });
});
