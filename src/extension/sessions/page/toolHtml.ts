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
  const kind = toolKindText(tool.toolKind, t);
  const text = toolText(tool, t);
  // Many titles begin with what kind of tool it is.
  const isTold = text.toLowerCase().startsWith(kind.toLowerCase());
  return html`<div class="tool tool-${tool.status}">
    <p class="tool-head">
      ${isTold ? undefined : html`<span class="kind">${kind}</span>`}
      <span class="tool-title">${text}</span>
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
  ${tool.changes.map((change, i) => changeHtml(tool, i, { ...options, change }))}
  ${outputHtml(tool, options)}`;
}

/** Those that are changed have their own place. */
function filesHtml(tool: ShownTool, options: ToolHtmlOptions): Html | undefined {
  const changed = new Set(tool.changes.map(({ path }) => path));
  const links = filesOf(tool).flatMap(({ path, shown, line }, i) =>
    changed.has(path)
      ? []
      : [fileLink(line === undefined ? shown : `${shown}:${line}`, i, options)],
  );
  return links.length === 0 ? undefined : html`<p class="files">${links}</p>`;
}

function fileLink(text: string, index: number, { place, t }: ToolHtmlOptions): Html {
  return html`<button
    class="link"
    data-action="openFile"
    data-place="${place}"
    data-index="${index}"
    title="${t('Open File')}"
  >
    ${text}
  </button>`;
}

/** The editors are offered beside the summary, so that one click is enough. */
function changeHtml(
  tool: ShownTool,
  index: number,
  options: ToolHtmlOptions & { readonly change: FileChange },
): Html {
  const { place, t, change } = options;
  const { shown, path, isTooLong } = change;
  const file = filesOf(tool).findIndex((each) => each.path === path);
  if (isTooLong) {
    return html`<p class="about">${t('{0}: too long to be shown', shown)}</p>
      ${fileLink(t('Open File'), file, options)}`;
  }
  return html`<div class="change-box">
    ${differenceHtml(index, options)}
    <p class="change-links">
      <button
        class="link"
        data-action="showDiff"
        data-place="${place}"
        data-index="${index}"
        title="${t('Open {0} in Diff Editor', shown)}"
      >
        ${t('Open in Diff Editor')}
      </button>
      ${fileLink(t('Open File'), file, options)}
    </p>
  </div>`;
}

function differenceHtml(
  index: number,
  {
    place,
    isOpen,
    t,
    change: { shown, oldText, newText },
  }: ToolHtmlOptions & { readonly change: FileChange },
): Html {
  const isNew =
    oldText === undefined ? html` <span class="about">${t('new file')}</span>` : undefined;
  const isLong = (oldText?.length ?? 0) + newText.length > maxDifferenceLength;
  if (isLong) return html`<p><span class="file">${shown}</span>${isNew}</p>`;
  const diff = diffLines(oldText, newText);
  const more =
    diff.more > 0 ? html`<p class="about">${t('… and {0} more lines', diff.more)}</p>` : undefined;
  return html`<details class="change" data-key="${place}-${index}" ${openAttribute(isOpen)}>
    <summary>
      <span class="file">${shown}</span> <span class="counts">${diffSummary(diff)}</span>${isNew}
    </summary>
    <pre class="diff" tabindex="0">${diff.lines.map(lineHtml)}</pre>
    ${more}
  </details>`;
}

/** To compare longer texts takes so long that it is left to the editor of differences. */
const maxDifferenceLength = 300_000;

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
