import { describe, expect, it } from '@jest/globals';
import { redactorOf } from '../../src/activities/redact.js';
import { parseConfig } from '../../src/config/parse.js';

const config = parseConfig(
  '/project/WORKFLOW.md',
  `---
tracker: { kind: file, provider: { key: $TRACKER_LOGIN } }
repository: { url: . }
land: { mode: merge }
agent: { kind: command, env: [MODEL_LOGIN, HOME] }
command: { run: agent }
verify: { checks: [{ name: test, run: npm test }], env: [DATABASE] }
---
`,
  {},
);

const redact = (text: string, env: NodeJS.ProcessEnv) => redactorOf(env, config)(text);
/** Put together here, so that this file holds no secret for any scanner. */
const githubToken = `ghp_${'a1B2c3D4e5'.repeat(3)}aB3dE6`;
const keyLine = (what: string) => `-----${what} RSA PRIVATE KEY-----`;

describe('redactorOf', () => {
  it.each([
    'MODEL_LOGIN',
    'DATABASE',
    'TRACKER_LOGIN',
    'NPM_TOKEN',
    'my_password',
    'X_API_KEY',
    'AWS_SECRET_X',
  ])('takes the value of %s out, everywhere', async (name) => {
    expect(await redact('a canary, canary.', { [name]: 'canary' })).toBe('a [redacted], [redacted].');
  });

  it('leaves other values, short ones, and what every program knows', async () => {
    const env = { EDITOR: 'editor', SOME_TOKEN: 'short', HOME: '/home/ann' };
    expect(await redact('editor short /home/ann', env)).toBe('editor short /home/ann');
  });

  it('leaves no rest of a value that contains another', async () => {
    const env = { A_TOKEN: 'canary', B_TOKEN: 'canary-and-more' };
    expect(await redact('canary-and-more', env)).toBe('[redacted]');
  });

  it('finds the end of a value where a tail begins in its middle', async () => {
    const text = 'it failed:\nof-deploy is wrong';
    expect(await redact(text, { DEPLOY_TOKEN: 'canary-of-deploy' })).toBe('it failed:\n[redacted] is wrong');
  });

  it('finds single lines of a value that has many', async () => {
    expect(await redact('last: line-two', { SSH_PRIVATE_KEY: 'line-one\nline-two\n' })).toBe(
      'last: [redacted]',
    );
  });

  it('finds what has the form of a secret', async () => {
    const key = [keyLine('BEGIN'), 'MIIEpAIBAAKCAQEA'.repeat(8), keyLine('END')].join('\n');
    expect(await redact(`token ${githubToken}\n${key}\nend`, {})).toBe('token [redacted]\n[redacted]\nend');
  });
});
