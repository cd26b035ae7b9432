import { asCount, asFlag, fieldsOf, optional, present, type Reader } from './fieldReaders.ts';

/** Tokens that a model has read and written, each side only where something is known of it. */
export interface TokenUsage {
  readonly promptTokens?: number | undefined;
  readonly completionTokens?: number | undefined;
  /** True when a side that nobody reported was estimated from the length of texts. */
  readonly isEstimate?: true | undefined;
}

/** Usage out of a file or a message. @throws MalformedField */
export const readTokenUsage: Reader<TokenUsage> = (value, field) => {
  const at = fieldsOf(value, field);
  return present({
    promptTokens: at('promptTokens', optional(asCount)),
    completionTokens: at('completionTokens', optional(asCount)),
    isEstimate: at('isEstimate', asFlag),
  });
};
