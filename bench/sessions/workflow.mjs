import { proxyActivities } from '@temporalio/workflow';

// The heartbeats and the retries are those that the product has for activities that run programs.
const { playSession } = proxyActivities({
  startToCloseTimeout: '10m',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '200ms' },
});

/** One session of an agent, from start to end. */
export async function session(input) {
  return playSession(input);
}
