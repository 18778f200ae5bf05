import { describe, expect, it } from '@jest/globals';
import { hasPassword, isRemoteUrl, repositoryId } from '../../src/config/repository-url.js';

describe('repository urls', () => {
  it.each([
    [
      'https://example.org/ann/shop.git',
      'git@EXAMPLE.org:ann/shop',
      'ssh://git@example.org/ann/shop/',
      'http://x:y@example.org/ann/shop.git/',
    ],
    ['/srv/shop', '/srv/shop/', '/srv/shop/.git', 'file:///srv/shop', 'file:///srv/shop.git'],
  ])('%s and its other spellings are one repository', (...urls) => {
    expect(new Set(urls.map(repositoryId)).size).toBe(1);
    expect(repositoryId(urls[0])).toMatch(/^shop-[0-9a-f]{12}$/);
  });

  it('different repositories have different ids that are safe in names', () => {
    const urls = ['/a/shop', '/b/shop', 'https://example.org/shop', '/', '/x/..', '/x/a b/ü', 'host:~ann/x'];
    const ids = urls.map(repositoryId);
    expect(new Set(ids).size).toBe(urls.length);
    for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_][A-Za-z0-9_-]{0,60}$/);
  });

  it.each([
    ['https://example.org/x', true],
    ['git@example.org:x', true],
    ['host:x', true],
    ['/srv/x', false],
    ['../x', false],
    ['./a:b', false],
    ['~/a:b', false],
    ['.', false],
  ])('%s is remote: %s', (url, remote) => {
    expect(isRemoteUrl(url)).toBe(remote);
  });

  it('sees a password, and not a user alone', () => {
    expect(hasPassword('https://ann:pw@example.org/x')).toBe(true);
    expect(hasPassword('ssh://git@example.org:22/x')).toBe(false);
    expect(hasPassword('https://example.org:8443/a@b')).toBe(false);
  });
});
