import { expect, it } from '@jest/globals';
import { claimAll } from '../support/many-issues.js';
import { useRig } from '../support/workflow-rig.js';

const { rig, ports } = useRig();

it('claims each of 5,000 issues once in at least 1,000 looks, and no history is long', async () => {
  const lengths = await claimAll(rig, ports, { issues: 5_000, looks: 1_000, slots: 5 });
  console.log(`histories of ${lengths.length} runs, of at most ${Math.max(...lengths)} events`);
  expect(Math.max(...lengths)).toBeLessThan(2_000);
}, 3_600_000);
