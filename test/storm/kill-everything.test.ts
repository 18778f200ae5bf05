import { describe } from '@jest/globals';
import { describeKills } from '../e2e/kill.js';

describe('kill -9', () => {
  describeKills('everything');
});
