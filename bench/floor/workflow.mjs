import { proxyActivities } from '@temporalio/workflow';

const { runPrograms } = proxyActivities({ startToCloseTimeout: '10m', retry: { maximumAttempts: 1 } });

/** As many activities as a landed task has, and nothing else. `sizes` is how many run at a time. */
export async function floor({ task, sizes }) {
  for (const [group, size] of sizes.entries()) {
    const members = Array.from({ length: size }, (_, member) => runPrograms({ task, group, member }));
    await Promise.all(members);
  }
}
