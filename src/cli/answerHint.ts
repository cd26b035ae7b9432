import type { ShownQuestion } from '../presentation/sessions/shownQuestion.ts';
import { questionLine } from '../presentation/sessions/shownQuestion.ts';
import { programName } from './output.ts';
import { shellWord } from './shellWord.ts';

const maxOptions = 5;

/**
 * How to answer from elsewhere, as commands that can be copied. Each names its question: somebody may
 * answer that first, and what is asked next is not what was meant.
 */
export function answerCommands(
  sessionId: string,
  questions: readonly ShownQuestion[],
): readonly string[] {
  return questions.flatMap((question) => {
    const query = shellWord(question.queryId);
    const start = `${programName} session answer ${sessionId} --query ${query}`;
    return answersOf(question).map((answer) => `${start} ${answer}`);
  });
}

/** Says what a session asks, and how to answer. */
export function askedElsewhere(
  sessionId: string,
  questions: readonly ShownQuestion[],
): readonly string[] {
  const lines = questions.map((question) => questionLine(question));
  return [
    `${sessionId} asks: ${lines.join(' · ')}`,
    'Answer with:',
    ...answerCommands(sessionId, questions).map((command) => `  ${command}`),
  ];
}

function answersOf({ options, fields }: ShownQuestion): readonly string[] {
  if (options) return options.slice(0, maxOptions).map(({ id }) => `--option ${shellWord(id)}`);
  if (!fields || fields.length === 0) return ['--text <text>'];
  return [fields.map(({ name }) => `--field ${shellWord(name)}=<value>`).join(' ')];
}
