import { describe, expect, it } from '@jest/globals';
import { findByPattern } from '../../../src/activities/git/secret-patterns.js';

const rulesOf = (text: string) => findByPattern(text).map(({ rule }) => rule);
/** Put together here, so that this file has none in it. */
const random = ['hG7kq9Lm2X', 'v4TzR8wB5nQ'].join('');
const password = ['hG7#kq', '9!Lm2'].join('');

describe('secrets by pattern', () => {
  it.each([
    [`Stripe('sk_live_${random}')`, 'stripe'],
    [`rk_live_${random}`, 'stripe'],
    [`whsec_${random}${random}`, 'stripe-webhook'],
    [`password = "${password}"`, 'password'],
    [`{ "db_password": "${password}" }`, 'password'],
    [`dbPassword: '${password}',`, 'password'],
    [`let passwd: string = \`${password}\`;`, 'password'],
    [`:passphrase => '${password}'`, 'password'],
    [`a=1\nexport DB_PASSWORD=${password}\nb=2`, 'password'],
    [`api_key = "${random}"`, 'key'],
    [`"clientSecret": "${random}"`, 'key'],
    [`AUTH_TOKEN=${random}`, 'key'],
  ])('find %j', (text, rule) => {
    expect(rulesOf(text)).toEqual([rule]);
  });

  it.each([
    'password = ""',
    'password = "changeme123"',
    'password: "test-1234"',
    'password: "$DB_PASSWORD2"',
    'password: "${env.PW_2}"',
    'password: "<your password 1>"',
    'password = "{{ vault_pw2 }}"',
    'password: "auth.form.label-text"',
    'password: "********1a"',
    'password = readPassword2()',
    'const password = process.env.PW2',
    'DB_PASSWORD=$(pass show db2)',
    'if (password.length < 12) {}',
    'token: "color-blue-500-background"',
    'token = "https://example.org/oauth2/token"',
    'api_key: "your-api-key-0123456789"',
    'secret: "projects/shop/versions/12"',
    'publicKey = "4f3c2b1a"',
    'sk_test_4eC39HqLyjWDarjtT1zdp7dc',
    'sk_live_xxx',
  ])('leave %j alone', (text) => {
    expect(rulesOf(text)).toEqual([]);
  });

  it('tell where the secret is', () => {
    const hits = findByPattern(`a\r\nPASSWORD=${password}\r\ntoken = "${random}"`);
    expect(hits).toEqual([
      { line: 2, rule: 'password', secret: password },
      { line: 3, rule: 'key', secret: random },
    ]);
  });

  it('come to an end in a file of one long line', () => {
    for (const part of ['a', 'password', 'password=', ' ', 'token: "']) {
      expect(rulesOf(part.repeat((1024 * 1024) / part.length))).toEqual([]);
    }
  });
});
