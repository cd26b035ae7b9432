import { systemClock } from '../../../src/base/clock.ts';
import type { SessionExecutor } from '../../../src/core/sessions/sessionExecutor.ts';
import { hostProcess } from '../../../src/sessionHost/hostProcess.ts';
import { createScriptedExecutor } from '../../support/scriptedExecutor.ts';

/** Takes the last line for what to do: before it an agent is told who says it. */
function withoutHeading(executor: SessionExecutor): SessionExecutor {
  return {
    prepare: (spec) => executor.prepare({ ...spec, prompt: spec.prompt.split('\n').at(-1) ?? '' }),
  };
}

// The command line as it is, but for the agents, who do what their prompt says.
if (process.argv[2] === 'session-host') {
  void hostProcess(({ editors }) => withoutHeading(createScriptedExecutor(editors)), systemClock);
} else {
  await import('../../../src/cli/main.ts');
}
