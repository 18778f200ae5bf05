import { expect, it } from '@jest/globals';
import { claimAll } from '../support/many-issues.js';
import { useRig } from '../support/workflow-rig.js';

const { rig, ports } = useRig();

it('claims each of many issues once, over several runs with short histories', async () => {
  const lengths = await claimAll(rig, ports, { issues: 120, looks: 24, slots: 5 });
  expect(lengths.length).toBeGreaterThan(1);
  expect(Math.max(...lengths)).toBeLessThan(2_000);
}, 600_000);
