import { html, type Html } from '../../../presentation/agentDetailsHtml.ts';
import { endsFence, fenceOf } from '../../../presentation/sessions/codeFence.ts';

/**
 * What an agent says, with the little of Markdown that makes it readable: paragraphs, headings, lists,
 * code. Nothing in it becomes a link, an image or markup of its own.
 * @param fence of the block of code in the middle of which the text begins
 */
export function messageHtml(text: string, fence = ''): Html {
  const blocks: Html[] = [];
  let lines: string[] = [];
  let code: { readonly fence: string; readonly lines: string[] } | undefined;
  if (fence !== '') code = { fence, lines: [] };
  const flush = (): void => {
    blocks.push(...textBlocks(lines));
    lines = [];
  };
  for (const line of text.split('\n')) {
    if (code) {
      if (!endsFence(line, code.fence)) code.lines.push(line);
      else {
        blocks.push(codeHtml(code.lines));
        code = undefined;
      }
      continue;
    }
    const begun = fenceOf(line);
    if (begun === '') lines.push(line);
    else {
      flush();
      code = { fence: begun, lines: [] };
    }
  }
  // A fence that is not closed yet: the agent is still writing.
  if (code) blocks.push(codeHtml(code.lines));
  else flush();
  return html`${blocks}`;
}

function codeHtml(lines: readonly string[]): Html {
  return html`<pre><code>${lines.join('\n')}</code></pre>`;
}

type Kind = 'heading' | 'item' | 'text' | 'gap';

/** Lines of one kind that follow one another are one block. */
function textBlocks(lines: readonly string[]): readonly Html[] {
  const blocks: Html[] = [];
  let at = 0;
  while (at < lines.length) {
    const kind = kindOf(lines[at] ?? '');
    let end = at + 1;
    while (kind !== 'heading' && end < lines.length && kindOf(lines[end] ?? '') === kind) end += 1;
    const block = blockHtml(kind, lines.slice(at, end));
    if (block) blocks.push(block);
    at = end;
  }
  return blocks;
}

function kindOf(line: string): Kind {
  if (line.trim() === '') return 'gap';
  if (/^#{1,6} /.test(line)) return 'heading';
  return /^\s{0,8}(?:[-*+]|\d{1,4}[.)]) /.test(line) ? 'item' : 'text';
}

function blockHtml(kind: Kind, lines: readonly string[]): Html | undefined {
  switch (kind) {
    case 'gap':
      return undefined;
    case 'heading':
      return html`<h4>${inlineHtml((lines[0] ?? '').replace(/^#+ /, ''))}</h4>`;
    case 'item':
      return html`<p class="items">${inlineHtml(lines.join('\n'))}</p>`;
    case 'text':
      return html`<p>${inlineHtml(lines.join('\n'))}</p>`;
  }
}

const inline = /`([^`\n]+)`|\*\*([^*\n]+)\*\*/g;

function inlineHtml(text: string): readonly Html[] {
  const parts: Html[] = [];
  let at = 0;
  for (const match of text.matchAll(inline)) {
    const [whole, code, strong] = match;
    parts.push(html`${text.slice(at, match.index)}`);
    parts.push(code === undefined ? html`<strong>${strong}</strong>` : html`<code>${code}</code>`);
    at = match.index + whole.length;
  }
  parts.push(html`${text.slice(at)}`);
  return parts;
}
