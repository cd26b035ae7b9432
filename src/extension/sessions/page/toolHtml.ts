import type { Translate } from '../../../presentation/agentWording.ts';
import { html, type Html } from '../../../presentation/agentDetailsHtml.ts';
import { shownText } from '../../../presentation/sessions/boundedText.ts';
import { diffLines, diffSummary, type DiffLine } from '../../../presentation/sessions/diffLines.ts';
import {
  filesOf,
  toolKindText,
  toolStatusText,
  toolText,
  type FileChange,
  type ShownTool,
} from '../../../presentation/sessions/shownTool.ts';

export interface ToolHtmlOptions {
  readonly t: Translate;
  /** Names the tool in what the page posts: the id of its entry, and of which of its questions. */
  readonly place: string;
  /** Whether what it changes is shown at once. */
  readonly isOpen: boolean;
}

/** A tool call: what it does, its files, its differences, its output. */
export function toolHtml(tool: ShownTool, options: ToolHtmlOptions): Html {
  const { t } = options;
  return html`<div class="tool tool-${tool.status}">
    <p class="tool-head">
      <span class="kind">${toolKindText(tool.toolKind, t)}</span>
      <span class="tool-title">${toolText(tool, t)}</span>
      <span class="tool-status">${toolStatusText(tool.status, t)}</span>
    </p>
    ${toolBody(tool, options)}
  </div>`;
}

/** What belongs to a tool call besides its title. */
export function toolBody(tool: ShownTool, options: ToolHtmlOptions): Html {
  const isCommandTold = tool.command === undefined || tool.command === tool.title;
  return html`${filesHtml(tool, options)}
  ${isCommandTold ? undefined : html`<pre class="command"><code>${tool.command}</code></pre>`}
  ${tool.changes.map((change, i) => changeHtml(change, i, options))} ${outputHtml(tool, options)}`;
}

function filesHtml(tool: ShownTool, { place, t }: ToolHtmlOptions): Html | undefined {
  const files = filesOf(tool);
  if (files.length === 0) return undefined;
  const links = files.map(({ shown, line }, i) => {
    const text = line === undefined ? shown : `${shown}:${line}`;
    return html`<button
      class="link"
      data-action="openFile"
      data-place="${place}"
      data-index="${i}"
      title="${t('Open File')}"
    >
      ${text}
    </button>`;
  });
  return html`<p class="files">${links}</p>`;
}

function changeHtml(
  change: FileChange,
  index: number,
  { place, isOpen, t }: ToolHtmlOptions,
): Html {
  const { shown, oldText, newText, isTooLong } = change;
  if (isTooLong) return html`<p class="about">${t('{0}: too long to be shown', shown)}</p>`;
  const diff = diffLines(oldText, newText);
  const isNew =
    oldText === undefined ? html` <span class="about">${t('new file')}</span>` : undefined;
  const more =
    diff.more > 0 ? html`<p class="about">${t('… and {0} more lines', diff.more)}</p>` : undefined;
  return html`<details class="change" data-key="${place}-${index}" ${openAttribute(isOpen)}>
    <summary>
      <span class="file">${shown}</span> <span class="counts">${diffSummary(diff)}</span>${isNew}
    </summary>
    <button class="link" data-action="showDiff" data-place="${place}" data-index="${index}">
      ${t('Open in Diff Editor')}
    </button>
    <pre class="diff" tabindex="0">${diff.lines.map(lineHtml)}</pre>
    ${more}
  </details>`;
}

function openAttribute(isOpen: boolean): Html {
  return isOpen ? html`data-open="true"` : html``;
}

const lineClasses: Readonly<Record<DiffLine['sign'], string>> = {
  ' ': 'same',
  '-': 'removed',
  '+': 'added',
  gap: 'gap',
};

/** The sign is text as well, so that colour is not all that tells. */
function lineHtml({ sign, text }: DiffLine): Html {
  const shown = sign === 'gap' ? '…' : `${sign} ${text}`;
  return html`<span class="line ${lineClasses[sign]}">${shown}</span>`;
}

function outputHtml({ output }: ShownTool, { place, t }: ToolHtmlOptions): Html | undefined {
  if (output.text.trim() === '') return undefined;
  return html`<details class="output" data-key="${place}-output">
    <summary>${t('Output')}</summary>
    <pre tabindex="0"><code>${shownText(output, t)}</code></pre>
  </details>`;
}
