import { describe, expect, it } from '@jest/globals';
import { logNames } from '../../../src/activities/verify/log-names.js';

describe('logNames', () => {
  it('makes legal names that differ', () => {
    expect(
      logNames(['test', '../../etc/passwd', 'Test', 'unit tests', 'unit_tests', '🙂', 'x'.repeat(300)]),
    ).toEqual([
      'test.log',
      '_.._etc_passwd.log',
      'Test-2.log',
      'unit_tests.log',
      'unit_tests-2.log',
      '_.log',
      `${'x'.repeat(80)}.log`,
    ]);
  });
});
