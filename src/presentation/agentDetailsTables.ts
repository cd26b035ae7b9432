import type { AgentEntry } from '../core/agents/agentEntry.ts';
import type { AgentSnapshot } from '../core/agents/registrySnapshot.ts';
import type { AgentActivity } from './agentActivity.ts';
import {
  detailsFields,
  detailsQueries,
  detailsUsage,
  limitFields,
  liveUsageFields,
  type DetailsField,
} from './agentDetailsFields.ts';
import { html, type Html } from './agentDetailsHtml.ts';
import type { Translate } from './agentWording.ts';

interface UsedByAgent {
  readonly agent: AgentSnapshot;
  readonly activity?: AgentActivity | undefined;
}

interface TablesContext {
  readonly nowMs: number;
  readonly t: Translate;
}

/** What an agent used, and what it used with its subagents; undefined when nothing is known. */
export function usageTables({ agent, activity }: UsedByAgent, t: Translate): Html | undefined {
  const { usageSummary } = agent.entry;
  const live = activity?.usage?.isFromEntry === false ? activity.usage : undefined;
  const rows = [
    ...limitFields(activity?.crossing, t),
    ...(live ? liveUsageFields(live, t) : detailsUsage(usageSummary, t)),
  ];
  const sum = activity?.withChildren;
  const sums = sum === undefined ? [] : liveUsageFields(sum, t);
  if (rows.length + sums.length === 0) return undefined;
  return html`<h2>${t('Usage')}</h2>
    ${fieldTable(rows)}
    ${
      sums.length === 0
        ? undefined
        : html`<h3>${t('With subagents')}</h3>
            ${fieldTable(sums)}`
    }`;
}

function fieldTable(rows: readonly DetailsField[]): Html {
  return html`<table class="fields">
    <tbody>
      ${rows.map((row) => fieldRow(row))}
    </tbody>
  </table>`;
}

/** All fields of an entry; those that this version does not know in a table of their own. */
export function fieldTables(entry: AgentEntry, context: TablesContext): Html {
  const { t } = context;
  const rows = detailsFields(entry, context);
  const unknown = rows.filter((row) => !row.isKnown);
  const known = rows.filter((row) => row.isKnown);
  return html`<h2>${t('Fields')}</h2>
    ${fieldTable(known)}
    ${
      unknown.length === 0
        ? undefined
        : html`<h3>${t('Fields of a newer version')}</h3>
            ${fieldTable(unknown)}`
    }`;
}

function fieldRow({ name, label, value, relative }: DetailsField): Html {
  const age = relative === undefined ? undefined : html` <span class="about">(${relative})</span>`;
  return html`<tr>
    <th scope="row" title="${name}">${label}</th>
    <td>${value}${age}</td>
  </tr>`;
}

/** The context queries of an entry; undefined when it has none. */
export function queryTable(entry: AgentEntry, context: TablesContext): Html | undefined {
  const { t } = context;
  const rows = detailsQueries(entry, context);
  if (rows.length === 0) return undefined;
  const hasMore = rows.some((row) => row.more !== '');
  const body = rows.map(
    (row) =>
      html`<tr>
        <td>${row.path}</td>
        <td>${row.scope}</td>
        <td>${row.time}<span class="about">${row.relative && ` (${row.relative})`}</span></td>
        ${hasMore ? html`<td>${row.more}</td>` : undefined}
      </tr>`,
  );
  return html`<h2>${t('Context queries')}</h2>
    <table class="queries">
      <thead>
        <tr>
          <th scope="col">${t('Path')}</th>
          <th scope="col">${t('Scope')}</th>
          <th scope="col">${t('Asked')}</th>
          ${hasMore ? html`<th scope="col">${t('More')}</th>` : undefined}
        </tr>
      </thead>
      <tbody>
        ${body}
      </tbody>
    </table>`;
}
