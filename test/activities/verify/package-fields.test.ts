import { describe, expect, it } from '@jest/globals';
import {
  changedPackageFields,
  isPackageFile,
  restorePackageFields,
} from '../../../src/activities/verify/package-fields.js';

const base = JSON.stringify({ name: 'shop', scripts: { test: 'jest' }, jest: { bail: true } });

describe('restorePackageFields', () => {
  it("puts the base's fields back and keeps everything else", () => {
    const changed = JSON.stringify({
      name: 'shop2',
      scripts: { test: 'true' },
      mocha: {},
      dependencies: { a: '1' },
    });
    expect(JSON.parse(restorePackageFields(base, changed)!)).toEqual({
      name: 'shop2',
      scripts: { test: 'jest' },
      jest: { bail: true },
      dependencies: { a: '1' },
    });
  });

  it.each([
    ['the fields agree', base, JSON.stringify({ ...JSON.parse(base), version: '2' })],
    ['only their order differs', '{"scripts":{"a":"1","b":"2"}}', '{"scripts":{"b":"2","a":"1"}}'],
    ['the file is new', null, base],
    ['the base is no manifest', '[]', base],
    ['the change is no JSON', base, '{'],
  ])('does nothing when %s', (_, before, after) => {
    expect(restorePackageFields(before, after)).toBeNull();
  });
});

describe('changedPackageFields', () => {
  it('names the fields that were added, changed or removed', () => {
    expect(changedPackageFields(base, '{"scripts":{"test":"true"},"ava":{}}')).toEqual([
      'scripts',
      'jest',
      'ava',
    ]);
    expect(changedPackageFields(null, base)).toEqual(['scripts', 'jest']);
    expect(changedPackageFields(base, null)).toEqual(['scripts', 'jest']);
  });
});

describe('isPackageFile', () => {
  it('finds manifests at any depth, but not those of installed packages', () => {
    expect(['package.json', 'a/b/package.json'].every(isPackageFile)).toBe(true);
    expect(['package-lock.json', 'node_modules/a/package.json'].some(isPackageFile)).toBe(false);
  });
});
