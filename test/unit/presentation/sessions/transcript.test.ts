import { deepEqual, equal, ok } from 'node:assert/strict';
import type { EventContent } from '../../../../src/core/sessions/progressEvent.ts';
import { shownText } from '../../../../src/presentation/sessions/boundedText.ts';
import {
  addToTranscript,
  transcriptBounds,
  type Transcript,
} from '../../../../src/presentation/sessions/transcript.ts';
import type { TranscriptEntry } from '../../../../src/presentation/sessions/transcriptEntry.ts';
import {
  aCall,
  aDiff,
  asks,
  isAllowed,
  isDone,
  numbered,
  says,
  thinks,
  transcriptOf,
  update,
  uses,
  usualCourse,
} from './sessionEvents.ts';

const obeyed = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

function kinds({ entries }: Transcript): readonly string[] {
  return entries.map(({ kind }) => kind);
}

function only<K extends TranscriptEntry['kind']>(
  { entries }: Transcript,
  kind: K,
): Extract<TranscriptEntry, { kind: K }> {
  const found = entries.filter((entry) => entry.kind === kind);
  equal(found.length, 1, `one ${kind}`);
  return found[0] as Extract<TranscriptEntry, { kind: K }>;
}

describe('the transcript of a session', () => {
  it('joins the chunks of one message, and of one thought', () => {
    const transcript = transcriptOf([says('a'), says('b'), thinks('c'), thinks('d'), says('e')]);
    deepEqual(
      transcript.entries.map((entry) =>
        'text' in entry ? [entry.id, entry.kind, entry.text.text] : [],
      ),
      [
        [1, 'message', 'ab'],
        [3, 'thought', 'cd'],
        [5, 'message', 'e'],
      ],
    );
  });

  it('keeps who speaks, and what was told again, apart', () => {
    const user = update({
      kind: 'message-chunk',
      role: 'user',
      content: { kind: 'text', text: 'u' },
    });
    const again: EventContent = { ...says('x'), isReplayed: true } as EventContent;
    const transcript = transcriptOf([again, says('a'), user, says('b')]);
    deepEqual(
      transcript.entries.map((entry) => entry.kind === 'message' && [entry.role, entry.isReplayed]),
      [
        ['agent', true],
        ['agent', false],
        ['user', false],
        ['agent', false],
      ],
    );
  });

  it('tells the usual course in its order', () => {
    const transcript = transcriptOf(usualCourse);
    deepEqual(kinds(transcript), [
      'thought',
      'tool',
      'message',
      'tool',
      'question',
      'message',
      'end',
    ]);
    equal(transcript.record.state.state, 'done');
    equal(transcript.digest.entryId, 'agent-abc');
    equal(transcript.digest.conversationId, 'conv-1');
    equal(transcript.digest.toolCalls, 2);
    equal(transcript.digest.plan?.done, 1);
    deepEqual(transcript.digest.usage, {
      tokens: { promptTokens: 30_000, completionTokens: 1200 },
      contextUsed: 31_000,
      contextSize: 200_000,
      cost: { amount: 0.42, currency: 'USD' },
    });
  });

  it('brings a tool call up to date in its place', () => {
    const transcript = transcriptOf([
      uses({ status: 'in-progress' }),
      says('meanwhile'),
      update({
        kind: 'tool-call-update',
        call: { callId: 'c1', status: 'failed', content: [aDiff, { kind: 'text', text: 'No.' }] },
      }),
    ]);
    deepEqual(kinds(transcript), ['tool', 'message']);
    const { tool } = only(transcript, 'tool');
    equal(tool.status, 'failed');
    equal(tool.title, 'Edit app.ts');
    equal(tool.output.text, 'No.');
    deepEqual(tool.changes, [
      {
        path: aDiff.path,
        shown: 'src/app.ts',
        oldText: aDiff.oldText,
        newText: aDiff.newText,
        isTooLong: false,
      },
    ]);
  });

  it('an update of an unknown call begins it', () => {
    const { tool } = only(
      transcriptOf([
        update({ kind: 'tool-call-update', call: { callId: 'x', status: 'completed' } }),
      ]),
      'tool',
    );
    deepEqual([tool.callId, tool.title, tool.status], ['x', '', 'completed']);
  });

  it('a question is open until it is answered, and says by whom and how', () => {
    const open = transcriptOf(asks);
    equal(only(open, 'question').end.kind, 'open');
    const between = transcriptOf([...asks, ...isAllowed.slice(0, 1)]);
    equal(only(between, 'question').end.kind, 'open');
    const { end, questions } = only(transcriptOf([...asks, ...isAllowed]), 'question');
    deepEqual(end, {
      kind: 'answered',
      by: 'Ana',
      atMs: end.kind === 'answered' && end.atMs,
      answers: ['Allow once'],
    });
    equal(questions[0]?.tool?.changes[0]?.shown, 'src/app.ts');
  });

  it('a question that nobody answered is withdrawn', () => {
    const withdrawn = transcriptOf([
      ...asks,
      { kind: 'state-transition', from: 'paused', to: 'running' },
      says('Never mind.'),
    ]);
    equal(only(withdrawn, 'question').end.kind, 'withdrawn');
    const cancelled = transcriptOf([
      ...asks,
      { kind: 'cancel-requested', reason: { code: 'user', requestedAtMs: 1 } },
      { kind: 'state-transition', from: 'paused', to: 'cancelled' },
    ]);
    equal(only(cancelled, 'question').end.kind, 'withdrawn');
    deepEqual(kinds(cancelled), ['question', 'cancel', 'end']);
  });

  it('says which events are missing, once', () => {
    const [first, , , fourth] = numbered([says('a'), says('b'), says('c'), says('d')]);
    ok(first && fourth);
    let transcript = transcriptOf([]);
    transcript = addToTranscript(addToTranscript(transcript, first), fourth);
    const missing = only(transcript, 'missing');
    deepEqual([missing.id, missing.count], [2, 2]);
    deepEqual(kinds(transcript), ['message', 'missing', 'message']);
    equal(addToTranscript(transcript, fourth), transcript);
  });

  it('is told nothing after the end', () => {
    const ended = transcriptOf([isDone]);
    const [, later] = numbered([isDone, says('late')]);
    ok(later);
    equal(addToTranscript(ended, later), ended);
  });

  it('keeps the newest entries, and counts the others', () => {
    const contents = Array.from({ length: 50 }, (_, i) => uses({ callId: `c${i}` }));
    const transcript = transcriptOf(contents, { maxEntries: 10, maxSize: 1e9 });
    const { entries, droppedEntries } = transcript;
    ok(entries.length <= 10 && entries.length >= 8, String(entries.length));
    equal(entries.length + droppedEntries, 50);
    equal(entries.at(-1)?.id, 50);
  });

  it('keeps only so much text in all, and at least the newest entry', () => {
    const long = (callId: string): EventContent =>
      uses({ callId, content: [{ ...aDiff, newText: 'x'.repeat(1000) }] });
    const transcript = transcriptOf([long('a'), long('b'), long('c')], {
      maxEntries: 100,
      maxSize: 2600,
    });
    equal(transcript.entries.at(-1)?.id, 3);
    ok(transcript.entries.length < 3 && transcript.size <= 2600);
    equal(transcriptOf([long('a')], { maxEntries: 100, maxSize: 1 }).entries.length, 1);
  });

  it('cuts huge texts with a remark and goes on counting', () => {
    const { text } = only(
      transcriptOf([says('x'.repeat(99_999)), says('yyy'), says('zz')]),
      'message',
    );
    equal(text.text.length, 100_000);
    equal(text.omitted, 4);
    ok(shownText(text).endsWith('xy\n… 4 more characters are not shown'));
  });

  it('leaves diffs out that are too long to be kept', () => {
    const [change] = only(
      transcriptOf([uses({ content: [{ ...aDiff, newText: 'x'.repeat(2_000_000) }] })]),
      'tool',
    ).tool.changes;
    deepEqual([change?.isTooLong, change?.newText], [true, '']);
  });

  it('stays bounded in the flood of 10 000 updates', () => {
    const contents = Array.from({ length: 10_000 }, (_, i) =>
      i % 2 === 0 ? uses({ callId: `c${i}` }) : says('x'.repeat(500)),
    );
    const transcript = transcriptOf(contents);
    ok(transcript.entries.length <= transcriptBounds.maxEntries);
    equal(transcript.entries.length + transcript.droppedEntries, 10_000);
  });

  it('makes everything from outside harmless', () => {
    const evil = '\u001b[31mred\u202e\u0007';
    const transcript = transcriptOf([
      says(evil),
      thinks(evil),
      { kind: 'note', title: evil, content: evil },
      uses({
        title: evil,
        locations: [{ path: `/repo/${evil}` }],
        content: [{ kind: 'text', text: evil }],
        rawInput: { command: evil },
      }),
      { kind: 'state-transition', from: 'running', to: 'paused' },
      {
        kind: 'pause-requested',
        pause: {
          kind: 'single',
          pausedAtMs: 1,
          prompts: [{ queryId: 'q-0', text: evil, options: [{ id: 'a', label: evil }] }],
        },
      },
    ]);
    const shown = transcript.entries.map((entry) => {
      if (entry.kind === 'tool') {
        const { title, command, output, locations } = entry.tool;
        return [title, command, output.text, locations[0]?.shown];
      }
      if (entry.kind === 'question') {
        return entry.questions.map(({ text, options }) => [text.text, options?.[0]?.label]);
      }
      return 'text' in entry ? [entry.text.text, 'title' in entry ? entry.title : ''] : [];
    });
    const texts = shown.flat(2).filter((text) => text !== '');
    equal(texts.length, 10);
    for (const text of texts.map(String)) {
      ok(text.includes('red'), text);
      ok(!obeyed.test(text), text);
    }
  });

  it('divides a long message at its paragraphs, and remembers the code in which it does', () => {
    const line = `${'word '.repeat(19)}word\n`;
    const parts = [
      'Look:\n\n',
      '```ts\n',
      ...Array.from({ length: 300 }, () => line),
      '```\n',
      'End.',
    ];
    const { entries } = transcriptOf(parts.map(says));
    ok(entries.length > 2);
    const messages = entries.map((entry) => {
      ok(entry.kind === 'message');
      return entry;
    });
    equal(messages.map(({ text }) => text.text).join(''), parts.join(''));
    ok(messages.every(({ text }) => text.text.length <= 9000));
    deepEqual([...new Set(messages.slice(1).map(({ fence }) => fence))], ['```']);
    equal(messages[0]?.fence, undefined);
    equal(new Set(entries.map(({ id }) => id)).size, entries.length);
  });

  it('joins characters that chunks have cut apart', () => {
    const smile = '😀';
    const text = (parts: readonly string[]): string =>
      only(transcriptOf(parts.map(says)), 'message').text.text;
    equal(text([smile.charAt(0), smile.charAt(1)]), smile);
    equal(text(['a\r', '\nb']), 'a\nb');
    equal(text([smile.charAt(0), 'b']), '⟨U+D83D⟩b');
  });

  it('entries that stay the same stay the same objects', () => {
    const before = transcriptOf([uses(), says('a')]);
    const [, , event] = numbered([uses(), says('a'), says('b')]);
    ok(event);
    const after = addToTranscript(before, event);
    equal(after.entries[0], before.entries[0]);
    equal(aCall().callId, 'c1');
    ok(after.entries[1] !== before.entries[1]);
  });
});
