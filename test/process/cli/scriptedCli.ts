import { systemClock } from '../../../src/base/clock.ts';
import { hostProcess } from '../../../src/sessionHost/hostProcess.ts';
import { createScriptedExecutor } from '../../support/scriptedExecutor.ts';

// The command line as it is, but for the agents, who do what their prompt says.
if (process.argv[2] === 'session-host') {
  void hostProcess(({ editors }) => createScriptedExecutor(editors), systemClock);
} else {
  await import('../../../src/cli/main.ts');
}
