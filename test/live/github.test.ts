import { describe } from '@jest/globals';
import { livePlace, variables } from './place.js';
import { gitHubSuite } from './suite.js';

/** Writes into a real repository; where none is named, it is skipped, and a line of the output says why. */
const isNamed = livePlace() !== null;
if (!isNamed)
  process.stderr.write(
    `skipped: the tests of a real GitHub, because ${variables.token} and ${variables.repo} are not set\n`,
  );
(isNamed ? describe : describe.skip)('GitHub itself', gitHubSuite);
