import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { EventContent } from '../../../../src/core/sessions/progressEvent.ts';
import { entryHtml } from '../../../../src/extension/sessions/page/entryHtml.ts';
import { messageHtml } from '../../../../src/extension/sessions/page/messageHtml.ts';
import { sessionDocument } from '../../../../src/extension/sessions/page/sessionDocument.ts';
import {
  sessionPartIds,
  sessionParts,
} from '../../../../src/extension/sessions/page/sessionParts.ts';
import { entriesChange } from '../../../../src/extension/sessions/page/shownEntries.ts';
import { inEnglish } from '../../../../src/presentation/agentWording.ts';
import {
  addToTranscript,
  beginTranscript,
  type Transcript,
} from '../../../../src/presentation/sessions/transcript.ts';
import {
  aCall,
  aDiff,
  aPause,
  asks,
  header,
  isAllowed,
  numbered,
  says,
  startMs,
  thinks,
  transcriptOf,
  usualCourse,
} from '../../presentation/sessions/sessionEvents.ts';

const nasty = '</p><img src=x onerror=alert(1)> [a](command:evil) $(bug) "\'`\u202e';

function pageOf(transcript: Transcript, canAct = true): string {
  const parts = sessionParts(transcript, {
    nowMs: startMs + 60_000,
    t: inEnglish,
    nameOf: (agent) => agent,
    canAct,
  });
  const entries = transcript.entries.map(
    (entry) => entryHtml(entry, { t: inEnglish, canAnswer: canAct }).markup,
  );
  return [...sessionPartIds.map((id) => parts[id]), ...entries].join('\n');
}

function actionsOf(page: string): readonly string[] {
  const found = [...page.matchAll(/data-action="([^"]+)"/g)].map(([, action = '']) => action);
  return [...new Set(found)].sort();
}

function asksOf(pause: typeof aPause): readonly EventContent[] {
  return [
    { kind: 'state-transition', from: 'running', to: 'paused' },
    { kind: 'pause-requested', pause },
  ];
}

describe('the page of a session', () => {
  it('shows prompt, plan, tools with files and differences, messages, questions and usage', () => {
    const page = pageOf(transcriptOf(usualCourse));
    for (const part of [
      /Fix the login/,
      /1 of 2 steps/,
      /Change app\.ts/,
      /Edit app\.ts/,
      /<span class="line removed">- two<\/span>/,
      /<span class="line added">\+ TWO<\/span>/,
      /<span class="line added">\+ four<\/span>/,
      /I change the login\.\nNow\./,
      /Answered by Ana: Allow once/,
      /\$0\.42/,
    ]) {
      assert.match(page, part);
    }
  });

  it('has a button for each option while a question is open, and none afterwards', () => {
    const open = pageOf(transcriptOf(asks));
    assert.deepEqual(actionsOf(open), [
      'answer',
      'cancel',
      'copyId',
      'decline',
      'goToQuestion',
      'openFile',
      'showDiff',
    ]);
    assert.match(open, /data-option="1"[^>]*>\s*Reject/);
    const answered = pageOf(transcriptOf([...asks, ...isAllowed]));
    assert.deepEqual(actionsOf(answered), ['cancel', 'copyId', 'openFile', 'showDiff']);
  });

  it('shows a tool call once: in the question while that is open, else where it stands', () => {
    const entryOfCall = (): number => 1;
    const htmlOf = (course: readonly EventContent[]): string => {
      const entry = transcriptOf(course).entries.find(({ kind }) => kind === 'question');
      assert.ok(entry);
      return entryHtml(entry, { t: inEnglish, canAnswer: true, entryOfCall }).markup;
    };
    assert.match(htmlOf(asks), /data-about="1"[^]*class="diff"/);
    assert.doesNotMatch(htmlOf([...asks, ...isAllowed]), /class="diff"/);
  });

  it('offers to go on and to run again when the session has ended', () => {
    const actions = actionsOf(pageOf(transcriptOf(usualCourse)));
    assert.ok(actions.includes('followUp') && actions.includes('rerun'));
    assert.ok(!actions.includes('cancel'));
  });

  it('has nothing that starts, answers or cancels in a restricted window', () => {
    for (const course of [asks, usualCourse]) {
      const actions = actionsOf(pageOf(transcriptOf(course), false));
      for (const action of ['answer', 'decline', 'send', 'cancel', 'followUp', 'rerun']) {
        assert.ok(!actions.includes(action), action);
      }
    }
  });

  it('asks several questions together, with fields for forms', () => {
    const [prompt] = aPause.prompts;
    assert.ok(prompt);
    const schema = {
      properties: { name: { type: 'string' }, level: { enum: ['low', 'high'] } },
      required: ['name'],
    };
    const pause = {
      ...aPause,
      kind: 'batch' as const,
      prompts: [
        prompt,
        { queryId: 'q-1', text: 'Who?', subject: { kind: 'form', schema } as const },
        { queryId: 'q-2', text: 'Why?' },
      ],
    };
    const page = pageOf(transcriptOf(asksOf(pause)));
    assert.match(page, /type="radio"/);
    assert.match(page, /<select[^>]*data-field="1"/);
    assert.match(page, /<textarea[^>]*data-text="true"/);
    assert.deepEqual(
      actionsOf(page).filter((action) => ['answer', 'send'].includes(action)),
      ['send'],
    );
  });

  it('lets nothing from outside become markup, a link or an address', () => {
    const [prompt] = aPause.prompts;
    assert.ok(prompt);
    const url = { kind: 'other', name: 'url', value: { url: `https://x/${nasty}` } } as const;
    const option = { id: nasty, label: nasty };
    const call = aCall({
      title: nasty,
      locations: [{ path: nasty }],
      content: [
        { ...aDiff, path: nasty, newText: nasty },
        { kind: 'text', text: nasty },
      ],
      rawInput: { command: nasty },
      status: 'failed',
    });
    const pause = {
      ...aPause,
      prompts: [{ queryId: nasty, text: nasty, options: [option], subject: url }],
    };
    const spec = { kind: 'run', agent: nasty, prompt: nasty, cwd: nasty } as const;
    let transcript = beginTranscript({ ...header, spec });
    const contents: readonly EventContent[] = [
      says(nasty),
      thinks(nasty),
      { kind: 'note', title: nasty, content: nasty },
      { kind: 'update', update: { kind: 'tool-call', call } },
      {
        kind: 'update',
        update: {
          kind: 'plan',
          entries: [{ content: nasty, priority: 'low', status: 'pending' }],
        },
      },
      ...asksOf(pause),
    ];
    for (const event of numbered(contents)) transcript = addToTranscript(transcript, event);
    const page = pageOf(transcript);
    assert.doesNotMatch(page, /<img|\u202e/);
    assert.doesNotMatch(page, /<a\b|href=|<script|\bsrc="/);
    assert.match(page, /&lt;img src=x onerror=alert\(1\)&gt;/);
    // Every quoted attribute ends where it should: a stray quote would leave an attribute behind.
    assert.doesNotMatch(page.replace(/"[^"]*"/g, '""'), /<[a-z0-9]+[^>]*\sonerror=/);
  });

  it('allows one script and our style sheets, and neither frames, forms nor connections', () => {
    const text = sessionDocument({
      placeholder: nasty,
      title: nasty,
      language: 'en',
      state: { root: nasty, sessionId: 'session-1' },
      ...{ cspSource: 'https://csp', styleUris: ['https://s.css'], scriptUri: 'https://s.js' },
      nonce: 'abc',
    });
    assert.match(
      text.replaceAll('&#39;', "'"),
      /content="default-src 'none'; style-src https:\/\/csp; script-src 'nonce-abc'; base-uri 'none'; form-action 'none'"/,
    );
    assert.equal(text.match(/<script/g)?.length, 1);
    assert.doesNotMatch(text, /<img|onerror=alert\(1\)>/);
  });

  it('has a place for every part, and an action in its script for every button', () => {
    const text = sessionDocument({
      ...{
        placeholder: '',
        title: '',
        language: 'en',
        cspSource: '',
        styleUris: [],
        scriptUri: '',
      },
      ...{ state: { root: '/r', sessionId: 'session-1' }, nonce: 'n' },
    });
    for (const id of [...sessionPartIds.map((part) => `part-${part}`), 'entries']) {
      assert.ok(text.includes(`id="${id}"`), id);
    }
    const script = readFileSync('media/sessionPage.js', 'utf8');
    for (const id of ['session', 'entries', 'placeholder', 'follow-up', 'action-followUp']) {
      assert.ok(script.includes(`'${id}'`), id);
    }
  });
});

describe('what an agent says', () => {
  it('has paragraphs, headings, lists and code, also while it is being written', () => {
    const { markup } = messageHtml(
      '# Title\nHello **you**, see `a.ts`.\n\n- one\n- two\n\n```ts\nx < 1',
    );
    assert.match(markup, /<h4>Title<\/h4>/);
    assert.match(markup, /<strong>you<\/strong>/);
    assert.match(markup, /<code>a\.ts<\/code>/);
    assert.match(markup, /<p class="items">- one\n- two<\/p>/);
    assert.match(markup, /<pre><code>x &lt; 1<\/code><\/pre>/);
  });

  it('keeps every character of a text that only looks like markup', () => {
    const text = 'a ``` b\n**open\n`x\n[l](http://x) <b>';
    const shown = messageHtml(text).markup.replace(/<\/?p>/g, '');
    assert.equal(shown, 'a ``` b\n**open\n`x\n[l](http://x) &lt;b&gt;');
  });
});

describe('what of a page is renewed', () => {
  it('is what is new or different, and what is gone', () => {
    const before = transcriptOf([says('a'), thinks('b')]);
    const shown = new Map(before.entries.map((entry) => [entry.id, entry]));
    assert.deepEqual(entriesChange(shown, before.entries), { removed: [], changed: [] });
    const [event] = numbered([thinks('c')], 3);
    assert.ok(event);
    const after = addToTranscript(before, event);
    const change = entriesChange(shown, after.entries.slice(1));
    assert.deepEqual(change.removed, [1]);
    assert.deepEqual(
      change.changed.map(({ id }) => id),
      [2],
    );
  });
});
