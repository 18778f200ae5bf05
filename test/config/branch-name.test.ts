import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { isBranchName } from '../../src/config/branch-name.js';

const names = [
  'main',
  'feature/x',
  'a.b',
  'ümlaut',
  '🎉',
  'a@b',
  'HEAD',
  '-x',
  '.hid',
  'a/.b',
  'x.lock',
  'a.lock/b',
  'a..b',
  'a b',
  'a~1',
  'a^',
  'a:b',
  'a?',
  'a*',
  'a[b',
  'a\\b',
  'a@{1}',
  '/a',
  'a/',
  'a//b',
  'a.',
  '',
  'a\tb',
  'a\u007fb',
  'a-',
];

describe('branch names', () => {
  it.each(names)('%j is judged as git does', (name) => {
    const git = spawnSync('git', ['check-ref-format', '--branch', name], { cwd: '/' });
    expect(isBranchName(name)).toBe(git.status === 0);
  });
});
