import { toHtmlText } from './plainText.ts';

/** Markup that was made by `html`. Nothing else is ever put into a page unescaped. */
export class Html {
  constructor(readonly markup: string) {}
}

export type HtmlValue = string | number | Html | readonly Html[] | undefined;

/**
 * A template whose values are escaped, as text and as quoted attributes alike, unless they are markup
 * themselves. Undefined is nothing.
 */
export function html(template: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  const markup = template.reduce((before, part, i) => `${before}${toMarkup(values[i - 1])}${part}`);
  return new Html(markup);
}

function toMarkup(value: HtmlValue): string {
  if (value === undefined) return '';
  if (value instanceof Html) return value.markup;
  if (typeof value === 'string' || typeof value === 'number') return toHtmlText(String(value));
  return value.map((item) => item.markup).join('');
}
