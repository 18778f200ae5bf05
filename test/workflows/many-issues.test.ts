import { expect, it } from '@jest/globals';
import { claimAll } from '../support/many-issues.js';
import { useRig } from '../support/workflow-rig.js';

const { rig, ports } = useRig();

it('claims each of many issues once, over several runs with short histories (ORC-01)', async () => {
  const lengths = await claimAll(rig, ports, { issues: 300, looks: 60, slots: 5 });
  expect(lengths.length).toBeGreaterThan(1);
  expect(Math.max(...lengths)).toBeLessThan(2_000);
});
