import { describe } from '@jest/globals';
import type { AgentName } from './binary.js';
import { agentBinary } from './binary.js';

/** Tests that need a real agent: without it they are skipped, and a line of the output says why. */
export function describeAgent(name: AgentName, tests: (binary: string) => void): void {
  const binary = agentBinary(name);
  if (binary.kind === 'found') {
    describe(name, () => tests(binary.path));
    return;
  }
  process.stderr.write(`skipped: the tests of ${name}, because ${binary.reason}\n`);
  describe.skip(name, () => tests('missing'));
}
