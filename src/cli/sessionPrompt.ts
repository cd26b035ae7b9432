import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { errorCode, errorText } from '../base/errorText.ts';
import { maxPromptLength } from '../core/sessions/sessionSpec.ts';
import { UsageError } from './usageError.ts';
import type { VerbContext } from './verbContext.ts';

export interface PromptFlags {
  readonly prompt?: string;
  readonly promptFile?: string;
}

/** The name that stands for standard input. */
const standardInput = '-';
const maxBytes = 6 * maxPromptLength;

/** True when the prompt comes from where answers could be typed. */
export function isPromptFromInput({ promptFile }: PromptFlags): boolean {
  return promptFile === standardInput;
}

/** What the agent is to do. @throws UsageError for none, two, an empty one, or one that cannot be read */
export async function readPrompt(
  { host }: VerbContext,
  { prompt, promptFile }: PromptFlags,
): Promise<string> {
  if (prompt !== undefined && promptFile !== undefined) {
    throw new UsageError('Of --prompt and --prompt-file only one can be meant.');
  }
  if (prompt !== undefined) return prompt;
  if (promptFile === undefined) {
    throw new UsageError(
      'Say what the agent is to do: --prompt, or --prompt-file with a file or -.',
    );
  }
  const isInput = promptFile === standardInput;
  const shown = isInput ? 'Standard input' : `The file ${promptFile}`;
  const stream = isInput ? host.stdin() : createReadStream(resolve(host.cwd, promptFile));
  const text = await textOf(stream, shown);
  if (text.trim() === '')
    throw new UsageError(`${shown} is empty. Write there what the agent is to do.`);
  if (text.includes('\0')) throw new UsageError(`${shown} is no text: it has zero bytes.`);
  if (text.length <= maxPromptLength) return text;
  throw new UsageError(`${shown} has more than ${maxPromptLength} characters.`);
}

async function textOf(stream: AsyncIterable<string | Buffer>, shown: string): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stream) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      size += bytes.length;
      if (size > maxBytes) break;
      chunks.push(bytes);
    }
  } catch (error) {
    const reason = errorCode(error) === 'ENOENT' ? 'no such file' : errorText(error);
    throw new UsageError(`${shown} cannot be read (${reason}).`, { cause: error });
  }
  if (size > maxBytes)
    throw new UsageError(`${shown} has more than ${maxPromptLength} characters.`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch (error) {
    throw new UsageError(`${shown} is not valid UTF-8.`, { cause: error });
  }
}
