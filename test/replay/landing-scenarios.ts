import * as messages from '../../src/workflows/messages.js';
import { failedCheck, passedCheck, testEvidence } from '../support/fake-ports.js';
import { fillYard, tellingCandidates, trainOf } from '../support/landing-yard.js';
import type { Scenario } from './scenarios.js';
import { said, toTheEnd } from './scenarios.js';

/** Ways through the landing train, and those that tasks take because of it. */
export const landingScenarios: Scenario[] = [
  {
    name: 'landing-of-a-batch-with-a-red-change',
    play: async (rig, ports) => {
      tellingCandidates(ports);
      ports.usually('verify', ({ sha, baseSha, overlay }) =>
        testEvidence(sha, baseSha, [!overlay && sha.includes('b') ? failedCheck : passedCheck]),
      );
      const { tasks, open } = await fillYard(rig, ports, ['a', 'b', 'c'], { batch: 3 });
      open();
      await toTheEnd(rig, tasks.c!);
      return trainOf(rig);
    },
  },
  {
    name: 'landing-of-a-queue-that-people-changed',
    play: async (rig, ports) => {
      const { tasks, open } = await fillYard(rig, ports, ['a', 'b', 'c']);
      const about = (task: string) => ({ ...said(), project: rig.project, task });
      await trainOf(rig).executeUpdate(messages.prioritizeUpdate, { args: [about('c')] });
      await trainOf(rig).executeUpdate(messages.removeUpdate, { args: [about('a')] });
      await tasks.b!.executeUpdate(messages.cancelUpdate, { args: [said()] });
      await toTheEnd(rig, tasks.b!);
      open();
      await toTheEnd(rig, tasks.c!);
      return trainOf(rig);
    },
  },
  {
    name: 'taken-out-of-the-queue-and-resumed',
    play: async (rig, ports) => {
      const { tasks, open } = await fillYard(rig, ports, ['a']);
      const message = { ...said(), project: rig.project, task: 'a' };
      await trainOf(rig).executeUpdate(messages.removeUpdate, { args: [message] });
      await rig.until(tasks.a!, (status) => status.waiting?.kind === 'paused');
      open();
      await tasks.a!.executeUpdate(messages.resumeUpdate, { args: [said()] });
      return toTheEnd(rig, tasks.a!);
    },
  },
  {
    name: 'nothing-to-land',
    play: async (rig, ports) => {
      ports.next('rebase', { kind: 'empty', baseSha: 'theirs' });
      return toTheEnd(rig, await rig.start());
    },
  },
];
