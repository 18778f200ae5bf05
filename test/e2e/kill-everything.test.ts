import { describe } from '@jest/globals';
import { describeKills } from './kill.js';

describe('kill -9', () => {
  describeKills('everything');
});
