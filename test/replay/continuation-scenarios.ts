import type { ClaimOutcome } from '../../src/workflows/ports.js';
import { completedTurn, failedTurn, testConfig, testIssue } from '../support/fake-ports.js';
import type { Scenario } from './scenarios.js';
import { toTheEnd } from './scenarios.js';

const config = testConfig({ ungated: { maxTurns: 2 } });
const active: ClaimOutcome = { kind: 'claimed', issue: testIssue({ source: 'tracker' }) };
const handedOver: ClaimOutcome = { kind: 'ineligible', reason: 'its state is Human Review' };

/** Tasks of an issue that nothing gates, and what the tracker is asked again. */
export const continuationScenarios: Scenario[] = [
  {
    name: 'ungated-turns-until-handed-over',
    play: async (rig, ports) => {
      ports.next('claim', active, active, active, handedOver, handedOver);
      ports.next('runTurn', completedTurn('one'), completedTurn('two'), completedTurn('three'));
      return toTheEnd(rig, await rig.start({ issue: { source: 'tracker' }, config }), config);
    },
  },
  {
    name: 'ungated-retry-of-an-issue-that-was-closed',
    play: async (rig, ports) => {
      ports.next('claim', active, { ...handedOver, isTerminal: true });
      ports.next('runTurn', failedTurn('boom'));
      return toTheEnd(rig, await rig.start({ issue: { source: 'tracker' }, config }), config);
    },
  },
  {
    name: 'tracker-down-at-the-claim',
    play: async (rig, ports) => {
      const down = { category: 'tracker_request', message: 'no answer', retryAfterMs: null } as const;
      ports.next('claim', { kind: 'unreadable', ...down });
      return toTheEnd(rig, await rig.start({ issue: { source: 'tracker' } }));
    },
  },
];
