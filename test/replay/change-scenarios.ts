import * as messages from '../../src/workflows/messages.js';
import { seenChange, testConfig, testSha } from '../support/fake-ports.js';
import type { Scenario } from './scenarios.js';
import { said, toTheEnd } from './scenarios.js';

const { view, ...rest } = testConfig();
const land = { mode: 'pull_request', strategy: 'squash', base: 'main' } as const;
const config = { ...rest, view: { ...view, gates: { ...view.gates, land } } };
const blocked = { fit: 'blocked' as const, missing: ['an approving review'] };
const thread = { id: 'T1', key: 'T1/1', by: 'ann', file: 'a.txt', line: 3, text: 'Not so' };

/** Ways of a task whose work is shown to people before it lands. */
export const changeScenarios: Scenario[] = [
  {
    name: 'shown-commented-on-and-merged',
    play: async (rig, ports) => {
      ports.next('showChange', ({ sha, base }) => ({
        kind: 'shown',
        change: { number: 12, url: 'https://github.example/acme/shop/pull/12', branch: 'continuo/one', sha },
        seen: seenChange({ headSha: sha, base, ...blocked }),
      }));
      const handle = await rig.start({ config });
      return toTheEnd(rig, handle, config, async () => {
        await rig.until(handle, ({ waiting }) => waiting?.kind === 'change');
        await handle.signal(messages.changeSeenSignal, seenChange({ ...blocked, threads: [thread] }));
      });
    },
  },
  {
    name: 'red-in-ci-behind-pushed-to-and-closed',
    play: async (rig, ports) => {
      const red = (url: string) => ({
        ...blocked,
        checks: [{ name: 'build', state: 'failed' as const, url }],
      });
      ports.usually('showChange', ({ sha, base }) => ({
        kind: 'shown',
        change: { number: 12, url: 'https://github.example/acme/shop/pull/12', branch: 'continuo/one', sha },
        seen: seenChange({ headSha: sha, base, ...blocked }),
      }));
      const handle = await rig.start({ config });
      const until = (round: number) =>
        rig.until(handle, (status) => status.round === round && status.waiting?.kind === 'change');
      return toTheEnd(rig, handle, config, async () => {
        await until(1);
        await handle.signal(messages.changeSeenSignal, seenChange(red('run/1')));
        await rig.until(handle, ({ waitingFor }) => waitingFor === '#12: the check build');
        await handle.signal(messages.changeSeenSignal, seenChange(red('run/2')));
        await until(2);
        await handle.signal(messages.changeSeenSignal, seenChange({ headSha: testSha(2), fit: 'behind' }));
        await rig.until(
          handle,
          (status) => status.headSha === testSha(3) && status.waiting?.kind === 'change',
        );
        await handle.signal(messages.changeSeenSignal, seenChange({ headSha: testSha(77) }));
        await until(3);
        await handle.signal(messages.retrySignal, said());
        await handle.signal(messages.changeSeenSignal, seenChange({ state: 'closed', by: 'ann' }));
      });
    },
  },
];
