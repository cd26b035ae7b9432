import { systemClock } from '../../../src/base/clock.ts';
import { hostProcess } from '../../../src/sessionHost/hostProcess.ts';
import { createScriptedExecutor } from '../../support/scriptedExecutor.ts';

void hostProcess(({ editors }) => createScriptedExecutor(editors), systemClock);
