import {
  countVerdicts,
  type CheckVerdict,
  type DoctorCheck,
  type DoctorReport,
} from '../core/harness/doctor/doctorReport.ts';
import type { JsonValue } from './agentJson.ts';
import { toPlainLine } from './plainText.ts';

/** A line of the report and how it is meant. */
export interface ReportLine {
  readonly kind: 'heading' | CheckVerdict | 'advice' | 'summary' | 'blank';
  readonly text: string;
}

const maxText = 1000;

/** The report for a terminal: what is wrong comes with what to do, what does not apply is left out. */
export function doctorLines(report: DoctorReport): readonly ReportLine[] {
  const lines: ReportLine[] = [];
  for (const { title, checks } of sections(report)) {
    const shown = checks.filter(({ verdict }) => verdict !== 'not-applicable');
    if (shown.length === 0) continue;
    lines.push({ kind: 'heading', text: title });
    for (const check of shown) {
      const text = `${shortTitle(check)}: ${check.finding}`;
      lines.push({ kind: check.verdict, text: toPlainLine(text, maxText) });
      if (check.advice === undefined) continue;
      lines.push({ kind: 'advice', text: toPlainLine(check.advice, maxText) });
    }
    lines.push({ kind: 'blank', text: '' });
  }
  return [...lines, { kind: 'summary', text: doctorSummary(report) }];
}

/** One sentence for the whole. */
export function doctorSummary(report: DoctorReport): string {
  const { problem, warning } = countVerdicts(report);
  const warnings = warning === 0 ? '' : counted(warning, 'thing to look at', 'things to look at');
  if (problem === 0) {
    return warnings === '' ? 'Everything is in order.' : `No problem, and ${warnings}.`;
  }
  const problems = counted(problem, 'problem', 'problems');
  return warnings === '' ? `${problems}.` : `${problems}, and ${warnings}.`;
}

const words: Readonly<Record<CheckVerdict, string>> = {
  ok: 'OK',
  warning: 'Look at this',
  problem: 'Problem',
  'not-applicable': 'Nothing to check',
};

/** The report as a document for the editor, with what to do first, problems before the rest. Text from outside is shown as it is and obeyed nowhere. */
export function doctorMarkdown(report: DoctorReport): string {
  const parts = [
    '# Heddle Agents: Doctor',
    `${toMarkdownText(report.root)}, ${new Date(report.checkedAtMs).toISOString()}`,
    `**${doctorSummary(report)}**`,
  ];
  const toDo = (['problem', 'warning'] as const).flatMap((verdict) =>
    report.checks.filter((check) => check.verdict === verdict),
  );
  if (toDo.length > 0) parts.push('## What to do', toDo.map(toDoMarkdown).join('\n'));
  for (const { title, checks } of sections({ ...report, root: 'This repository' })) {
    parts.push(`## ${toMarkdownText(title)}`);
    parts.push(checks.map((check) => checkMarkdown(check)).join('\n'));
  }
  return `${parts.join('\n\n')}\n`;
}

function checkMarkdown(check: DoctorCheck): string {
  const { verdict, finding, advice } = check;
  const title = toMarkdownText(shortTitle(check));
  const item = `- **${words[verdict]}**: ${title}. ${toMarkdownText(finding)}`;
  return advice === undefined ? item : `${item}\n  - To do: ${toMarkdownText(advice)}`;
}

function toDoMarkdown({ verdict, title, finding, advice }: DoctorCheck): string {
  const found = `${words[verdict]}: ${title}`;
  return `1. **${toMarkdownText(found)}.** ${toMarkdownText(advice ?? finding)}`;
}

function toMarkdownText(text: string): string {
  return toPlainLine(text, maxText)
    .replace(/[\\`*_{}[\]<>#|~&!]/g, (char) => `\\${char}`)
    .replaceAll('://', ':\u2060//');
}

/** The report for programs. */
export function doctorToJson(report: DoctorReport): JsonValue {
  const { root, checkedAtMs, checks } = report;
  return {
    root,
    checked_at: new Date(checkedAtMs).toISOString(),
    counts: { ...countVerdicts(report) },
    checks: checks.map(({ id, title, verdict, finding, advice, harness }) => ({
      id,
      title,
      verdict,
      finding,
      advice: advice ?? null,
      harness: harness ?? null,
    })),
  };
}

interface Section {
  readonly title: string;
  readonly checks: readonly DoctorCheck[];
}

/** First what concerns everybody, then a section for each agent, in the order of the checks. */
function sections({ checks, root }: DoctorReport): readonly Section[] {
  const byAgent = new Map<string, DoctorCheck[]>();
  for (const check of checks) {
    const key = check.harness === undefined ? root : agentTitle(check);
    byAgent.set(key, [...(byAgent.get(key) ?? []), check]);
  }
  return [...byAgent].map(([title, each]) => ({ title: toPlainLine(title), checks: each }));
}

/** `Codex: trusted` stands under `Codex` as `trusted`. */
function agentTitle({ title }: DoctorCheck): string {
  return title.split(':', 1)[0] ?? title;
}

function shortTitle({ title, harness }: DoctorCheck): string {
  const end = title.indexOf(': ');
  return harness === undefined || end === -1 ? title : title.slice(end + 2);
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
