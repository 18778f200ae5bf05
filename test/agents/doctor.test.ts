import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Diagnosis } from '../../src/worker/diagnosis.js';
import { diagnose } from '../../src/worker/doctor.js';
import { describeAgent } from './support/describe-agent.js';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'continuo-doctor-agents-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, content: string) => {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), content);
};

async function examine(agent: string): Promise<Record<string, Diagnosis>> {
  const env = { PATH: process.env.PATH, HOME: join(folder, 'home'), CONTINUO_DOWNLOAD: 'never' };
  mkdirSync(env.HOME, { recursive: true });
  execFileSync('git', ['init', '--quiet', folder]);
  write(
    'WORKFLOW.md',
    `---\ntracker: { kind: file, provider: { path: tasks } }\nrepository: { url: . }\nland: { mode: merge }\n${agent}\n---\nDo it.\n`,
  );
  const found = await diagnose({ workflow: null, cwd: folder, env });
  return Object.fromEntries(found.map((diagnosis) => [diagnosis.name, diagnosis]));
}

/** Whom `continuo doctor` finds logged in, with a file as each of them keeps it. */
const cases = [
  {
    agent: 'codex',
    section: (binary: string) => `agent: { kind: codex }\ncodex: { command: ${binary} app-server }`,
    login: ['home/.codex/auth.json', '{"OPENAI_API_KEY":"a-key"}'],
  },
  {
    agent: 'claude',
    section: (binary: string) => `agent: { kind: claude }\nclaude: { command: ${binary} }`,
    login: [
      'home/.claude/.credentials.json',
      JSON.stringify({
        claudeAiOauth: {
          accessToken: 'sk-ant-oat01-scripted',
          refreshToken: 'sk-ant-ort01-scripted',
          expiresAt: Date.now() + 86_400_000,
          scopes: ['user:inference', 'user:profile'],
          subscriptionType: 'max',
        },
      }),
    ],
  },
] as const;

for (const { agent, section, login } of cases) {
  describeAgent(agent, (binary) => {
    it('is found with its version, runs in its sandbox, and tells whether somebody is logged in', async () => {
      const without = await examine(section(binary));
      expect(without.agent).toMatchObject({
        ok: true,
        found: expect.stringMatching(/\d+\.\d+\.\d+/),
        remedy: null,
      });
      expect(without['agent sandbox']).toEqual({
        name: 'agent sandbox',
        ok: true,
        found: `${binary} runs`,
        remedy: null,
      });
      expect(without.login).toMatchObject({ found: 'nobody is logged in' });

      const [file, content] = login;
      write(file, content);
      expect((await examine(section(binary))).login).toEqual({
        name: 'login',
        ok: true,
        found: 'logged in',
        remedy: null,
      });
      expect(readFileSync(join(folder, file), 'utf8')).toBe(content);
    });
  });
}

describeAgent('opencode', (binary) => {
  it('is found with its version, and runs in its sandbox', async () => {
    const found = await examine(`agent: { kind: acp }\nacp: { command: ${binary} acp }`);
    expect(found.agent).toMatchObject({
      ok: true,
      found: expect.stringMatching(/\d+\.\d+\.\d+$/),
      remedy: null,
    });
    expect(found['agent sandbox']).toMatchObject({ ok: true, found: `${binary} runs` });
  });
});
