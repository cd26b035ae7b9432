import type { RegistryErrorCode } from '../core/agents/registryError.ts';

/** What the program's exit code says, the same for every verb. */
export const exitCodes = {
  done: 0,
  failed: 1,
  /** Wrong usage, or input that can never be right. */
  usage: 2,
  /** Somebody else holds what was asked for. */
  heldByOther: 3,
  notFound: 4,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The exit code of an error of the registry. */
export function exitCodeOf(code: RegistryErrorCode): ExitCode {
  switch (code) {
    case 'invalid-session-id':
    case 'invalid-entry':
    case 'invalid-path':
    case 'invalid-ttl':
    case 'invalid-holder':
    case 'invalid-snapshot':
    case 'outside-root':
      return exitCodes.usage;
    case 'thread-taken':
      return exitCodes.heldByOther;
    case 'not-found':
    case 'no-registry':
      return exitCodes.notFound;
    default:
      return exitCodes.failed;
  }
}
