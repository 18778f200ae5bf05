import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readClaim } from '../../src/activities/keeper/place.js';
import { isAlive, signalProcess } from '../../src/activities/keeper/process-name.js';
import { files, type Owner } from '../../src/activities/keeper/protocol.js';

export const testOwner: Owner = {
  project: 'test',
  identifier: 'one',
  workflowId: 'task/test/one',
  workflowRun: '00000000-0000-0000-0000-000000000000',
  kind: 'agent',
  title: 'turn 1',
};

/** Ends every keeper that has claimed a folder somewhere below, and its program with it. */
export async function endAll(folder: string): Promise<void> {
  const claims = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith(`/${files.claim}`),
  );
  for (const path of claims) {
    const claim = readClaim(dirname(join(folder, path)));
    if (claim?.kind !== 'keeper') continue;
    await signalProcess(claim.process, 'SIGKILL');
    while (await isAlive(claim.process)) await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
