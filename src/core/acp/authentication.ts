import { present } from '../sessions/fieldReaders.ts';
import { listOf, nameOf, tableOf, textOf } from './wireFields.ts';

/** A way to log in that an agent offers. */
export interface AuthenticationMethod {
  readonly id: string;
  readonly name: string;
  readonly description?: string | undefined;
  /** Arguments with which the agent's program logs in when a person runs it in a terminal. */
  readonly terminalArgs?: readonly string[] | undefined;
}

const maxMethods = 20;
const maxLength = 300;

/** Out of the `authMethods` of the answer to `initialize`. */
export function authenticationMethods(value: unknown): readonly AuthenticationMethod[] {
  return listOf(value, maxMethods).flatMap((each) => {
    const fields = tableOf(each);
    const id = nameOf(fields.id);
    if (id === undefined) return [];
    const args = listOf(fields.args, maxMethods).filter((arg) => typeof arg === 'string');
    return [
      present<AuthenticationMethod>({
        id,
        name: textOf(fields.name, maxLength) ?? id,
        description: textOf(fields.description, maxLength),
        terminalArgs: fields.type === 'terminal' ? args : undefined,
      }),
    ];
  });
}

/** Says that an agent wants a log-in first, which ways it offers and what to run. */
export function authenticationNeeded(
  agent: {
    readonly displayName: string;
    /** What a person does to log in, a whole sentence. */
    readonly logIn?: string | undefined;
    /** The program as a person types it. */
    readonly command: string;
  },
  methods: readonly AuthenticationMethod[],
): string {
  const terminal = methods.find(({ terminalArgs }) => terminalArgs !== undefined);
  const run =
    terminal?.terminalArgs &&
    `Run in a terminal: "${[agent.command, ...terminal.terminalArgs].join(' ')}".`;
  const offers = methods.map(({ name, description }) =>
    description === undefined || description === '' ? name : `${name} (${description})`,
  );
  return [
    `${agent.displayName} wants you to log in first.`,
    agent.logIn ?? run ?? 'Start it once in a terminal and log in there.',
    ...(offers.length === 0 ? [] : [`It offers: ${offers.join('; ')}.`]),
  ].join(' ');
}
