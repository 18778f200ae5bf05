import { describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { checkpointRef, refKey, workspaceKey } from '../../../src/activities/git/keys.js';

const identifiers = [
  'SHOP-1',
  'a/b',
  'a_b',
  'v1..2',
  'foo.lock',
  'FOO.LOCK',
  '.hid',
  '-x',
  'ends.',
  'at@{0}',
  '@',
  'two words',
  'new\nline',
  '🙂',
  'ünïcode',
  'back\\slash',
  'a'.repeat(300),
  `${'a'.repeat(299)}b`,
  'x'.repeat(120),
  'x'.repeat(121),
  'HEAD',
  '...',
];

describe('workspaceKey', () => {
  it.each(['SHOP-1', 'a_b', 'v1..2', 'foo.lock', '.hid', '...', 'x'.repeat(120)])(
    'keeps %s as it is',
    (identifier) => {
      expect(workspaceKey(identifier)).toBe(identifier);
    },
  );

  it('puts _ for other characters, with a hash of the original behind (WSP-02, WSP-03)', () => {
    expect(workspaceKey('a/b')).toMatch(/^a_b-[0-9a-f]{16}$/);
    expect(workspaceKey('🙂')).toMatch(/^_-[0-9a-f]{16}$/);
  });

  it('gives every identifier a safe key of its own of at most 120 characters (WSP-03, SEC-02)', () => {
    const keys = identifiers.map(workspaceKey);
    for (const key of keys) expect(key).toMatch(/^[A-Za-z0-9._-]{1,120}$/);
    expect(new Set(keys).size).toBe(identifiers.length);
  });

  it.each(['.', '..', ''])('refuses "%s" with a message that says what to do', (identifier) => {
    expect(() => workspaceKey(identifier)).toThrow(
      `the identifier "${identifier}" cannot name a workspace: give the issue another one`,
    );
  });
});

describe('refKey', () => {
  it('gives every identifier a key of its own that git takes', () => {
    const keys = [...identifiers, '.', '..', ''].map(refKey);
    expect(new Set(keys).size).toBe(keys.length);
    for (const key of keys) {
      expect(key.length).toBeLessThanOrEqual(120);
      execFileSync('git', ['check-ref-format', `refs/continuo/shop/${key}/head@${key}`]);
      execFileSync('git', ['check-ref-format', '--branch', `continuo/${key}`]);
    }
  });

  it('keeps plain identifiers readable in the refs', () => {
    expect(checkpointRef('shop', 'SHOP-1', 'big-1')).toBe('refs/continuo/shop/SHOP-1/head@big-1');
  });
});
