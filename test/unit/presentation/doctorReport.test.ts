import assert from 'node:assert/strict';
import type { DoctorCheck, DoctorReport } from '../../../src/core/harness/doctor/doctorReport.ts';
import { isHealthy } from '../../../src/core/harness/doctor/doctorReport.ts';
import {
  doctorLines,
  doctorMarkdown,
  doctorSummary,
  doctorToJson,
} from '../../../src/presentation/doctorReport.ts';

const ok: DoctorCheck = {
  id: 'registry',
  title: 'Registry',
  verdict: 'ok',
  finding: 'It has 2 entries.',
  advice: undefined,
};
const none: DoctorCheck = { ...ok, id: 'locks', title: 'Locks', verdict: 'not-applicable' };
const bad: DoctorCheck = {
  id: 'codex.trusted',
  title: 'Codex: trusted',
  verdict: 'problem',
  finding: 'Nobody trusts it.',
  advice: 'Run "/hooks".',
  harness: 'codex',
};
const doubtful: DoctorCheck = {
  ...bad,
  id: 'codex.fired',
  title: 'Codex: called',
  verdict: 'warning',
};

function report(...checks: readonly DoctorCheck[]): DoctorReport {
  return { root: '/repo', checkedAtMs: Date.UTC(2026, 0, 2, 3, 4, 5), checks };
}

describe('the report of the doctor', () => {
  it('shows each agent under its name, and what to do under what was found', () => {
    assert.deepEqual(doctorLines(report(ok, none, bad)), [
      { kind: 'heading', text: '/repo' },
      { kind: 'ok', text: 'Registry: It has 2 entries.' },
      { kind: 'blank', text: '' },
      { kind: 'heading', text: 'Codex' },
      { kind: 'problem', text: 'trusted: Nobody trusts it.' },
      { kind: 'advice', text: 'Run "/hooks".' },
      { kind: 'blank', text: '' },
      { kind: 'summary', text: '1 problem.' },
    ]);
  });

  it('sums up in one sentence', () => {
    assert.equal(doctorSummary(report(ok, none)), 'Everything is in order.');
    assert.equal(doctorSummary(report(doubtful)), 'No problem, and 1 thing to look at.');
    assert.equal(
      doctorSummary(report(bad, bad, doubtful, doubtful)),
      '2 problems, and 2 things to look at.',
    );
  });

  it('is healthy with warnings and not with problems', () => {
    assert.equal(isHealthy(report(ok, none, doubtful)), true);
    assert.equal(isHealthy(report(ok, bad)), false);
  });

  it('is a document in Markdown in which text from outside is only shown', () => {
    const hostile = { ...ok, finding: '<b>[x](command:y)</b> `z` http://example.org\n# head' };
    const text = doctorMarkdown(report(hostile, bad));
    assert.match(text, /^# Heddle Agents: Doctor\n/);
    assert.match(text, /2026-01-02T03:04:05\.000Z/);
    assert.match(
      text,
      /- \*\*Problem\*\*: trusted\. Nobody trusts it\.\n {2}- To do: Run "\/hooks"\./,
    );
    assert.ok(
      text.includes('\\<b\\>\\[x\\](command:y)\\</b\\> \\`z\\` http:\u2060//example.org \\# head'),
    );
  });

  it('begins with what to do in Markdown, problems before the rest', () => {
    const text = doctorMarkdown(report(ok, doubtful, bad));
    const start = text.indexOf('## What to do');
    assert.deepEqual(text.slice(start, text.indexOf('## This repository')).trim().split('\n\n'), [
      '## What to do',
      '1. **Problem: Codex: trusted.** Run "/hooks".\n1. **Look at this: Codex: called.** Run "/hooks".',
    ]);
    assert.doesNotMatch(doctorMarkdown(report(ok)), /What to do/);
  });

  it('is a document for programs', () => {
    assert.deepEqual(doctorToJson(report(ok, bad)), {
      root: '/repo',
      checked_at: '2026-01-02T03:04:05.000Z',
      counts: { ok: 1, warning: 0, problem: 1, 'not-applicable': 0 },
      checks: [
        { ...ok, advice: null, harness: null },
        { ...bad, advice: 'Run "/hooks".', harness: 'codex' },
      ],
    });
  });
});
