import { describe, expect, it } from '@jest/globals';
import { gitHubAddress, nameIn } from '../../src/config/github-address.js';

describe('an address of GitHub', () => {
  it.each([
    ['https://github.com/acme/shop.git', 'https://api.github.com'],
    ['https://github.com/acme/shop/', 'https://api.github.com'],
    ['git@github.com:acme/shop.git', 'https://api.github.com'],
    ['ssh://git@ssh.github.com:443/acme/shop.git', 'https://api.github.com'],
    ['git@acme.ghe.com:acme/shop', 'https://api.acme.ghe.com'],
    ['ssh://git@github.example.org:2222/acme/shop.git', 'https://github.example.org/api/v3'],
    ['https://github.example.org:8443/acme/shop', 'https://github.example.org:8443/api/v3'],
  ])('%s is acme/shop at %s', (url, apiUrl) => {
    expect(gitHubAddress(url)).toMatchObject({ name: 'acme/shop', apiUrl });
    expect(nameIn(url, apiUrl)).toBe('acme/shop');
    expect(nameIn(url, 'https://elsewhere.example.org/api/v3')).toBeUndefined();
  });

  it.each(['.', '/srv/acme/shop.git', '../acme/shop', 'file:///acme/shop', 'https://github.com/acme'])(
    '%s is none',
    (url) => {
      expect(gitHubAddress(url)).toBeNull();
    },
  );

  it('gives away no password', () => {
    const url = 'https://ann:secret@github.com/acme/shop.git';
    expect(gitHubAddress(url)?.url).toBe('https://github.com/acme/shop.git');
  });
});
