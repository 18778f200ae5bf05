import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TestHost } from '../activities/agent/host.js';
import { callTool, callTools, say, ScriptedModel, tools } from '../support/scripted-model/index.js';
import { describeAgent } from './support/describe-agent.js';
import { ClaudeYard } from './support/claude-yard.js';
import { agentHome } from './support/home.js';
import { jwt, TokenServer } from './support/token-server.js';

const write = (file: string, content: string) => {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
};
const read = (file: string) => readFileSync(file, 'utf8');

/** What an agent would do that was talked into it: leave something behind that runs for others. */
function leaveBehind(folder: string, names: string[]): string {
  const attempts = names.map((name) => `echo left-behind > ${folder}/${name}`);
  return [`mkdir -p ${folder}/skills/evil`, ...attempts, 'true']
    .map((one) => `(${one}) 2> /dev/null`)
    .join('; ');
}

describe('the login of the person, in a strict sandbox', () => {
  let folder: string;
  let tokens: TokenServer;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'continuo-login-')));
  });
  afterEach(() => {
    tokens.close();
    rmSync(folder, { recursive: true, force: true });
  });

  describeAgent('claude', (binary) => {
    let yard: ClaudeYard;
    afterEach(() => yard.close());

    it('is renewed in the person’s own file, and nothing else of theirs can be changed', async () => {
      tokens = await TokenServer.start(folder, (count) => ({
        access_token: `sk-ant-oat01-new-${count}`,
        refresh_token: `sk-ant-ort01-new-${count}`,
        expires_in: 28_800,
        scope: 'user:inference user:profile',
        token_type: 'Bearer',
      }));
      const certificate = read(tokens.certificate);
      yard = await ClaudeYard.open(binary, {
        script: [
          callTools([
            tools.claude.shell(leaveBehind('~/.claude', ['settings.json', 'hooks.json', 'CLAUDE.md'])),
          ]),
          callTools([tools.claude.shell('echo left-behind > ~/.claude.json; true')]),
          say('Done.'),
          say('Still logged in.'),
        ],
        claude: 'allowed_tools: [Bash]',
        agent: 'approvals: [{ answer: allow }]',
        without: ['CLAUDE_CONFIG_DIR', 'ANTHROPIC_API_KEY'],
        isStrict: true,
        ports: [tokens.port],
        env: { HTTPS_PROXY: `http://127.0.0.1:${tokens.port}`, NO_PROXY: '127.0.0.1' },
      });
      const { host, home } = yard;
      write(join(home, 'ca.pem'), certificate);
      host.env.NODE_EXTRA_CA_CERTS = join(home, 'ca.pem');
      const settings = JSON.stringify({
        hooks: { SessionStart: [{ hooks: [{ type: 'command', command: 'touch hooked' }] }] },
      });
      write(join(home, '.claude', 'settings.json'), settings);
      write(join(home, '.claude.json'), '{"hasCompletedOnboarding":true}');
      const login = {
        accessToken: 'sk-ant-oat01-old',
        refreshToken: 'sk-ant-ort01-old',
        expiresAt: 1_700_000_000_000,
        scopes: ['user:inference', 'user:profile'],
        subscriptionType: 'max',
      };
      const file = join(home, '.claude', '.credentials.json');
      write(file, JSON.stringify({ claudeAiOauth: login }));

      const first = await host.runTurn();
      expect(first).toMatchObject({ kind: 'completed', summary: 'Done.' });
      // The settings count,
      expect(existsSync(join(host.workspace, 'hooked'))).toBe(true);
      // the token was renewed once, and reached the person,
      expect(tokens.taken).toEqual(['sk-ant-ort01-old']);
      expect(JSON.parse(read(file))).toMatchObject({
        claudeAiOauth: { accessToken: 'sk-ant-oat01-new-1', refreshToken: 'sk-ant-ort01-new-1' },
      });
      // and nothing is left behind.
      expect(read(join(home, '.claude', 'settings.json'))).toBe(settings);
      expect(read(join(home, '.claude.json'))).toBe('{"hasCompletedOnboarding":true}');
      for (const name of ['hooks.json', 'CLAUDE.md', 'skills', 'projects'])
        expect(existsSync(join(home, '.claude', name))).toBe(false);
      expect(read(join(host.runPath, 'agent-home/.claude/hooks.json'))).toBe('left-behind\n');
      // The next turn goes on with the session.
      expect(await host.runTurn({ turn: 2, session: first.session })).toMatchObject({
        kind: 'completed',
        summary: 'Still logged in.',
        session: first.session,
      });
      expect(yard.asked.at(-1)).toContain('Done.');
    }, 240_000);
  });

  describeAgent('codex', (binary) => {
    let host: TestHost;
    let model: ScriptedModel;
    afterEach(async () => {
      await host.remove();
      await model.close();
    });

    it('is lent for a day, renewed outside of it, and nothing of theirs can be changed', async () => {
      const account = {
        'https://api.openai.com/auth': { chatgpt_plan_type: 'pro', chatgpt_account_id: 'acc' },
      };
      const inDays = (days: number) => jwt(Math.floor(Date.now() / 1000) + days * 86_400, account);
      const renewed = inDays(10);
      tokens = await TokenServer.start(folder, (count) => ({
        id_token: renewed,
        access_token: renewed,
        refresh_token: `new-${count}`,
      }));
      const names = ['config.toml', 'hooks.json', 'AGENTS.md', 'auth.json'];
      model = await ScriptedModel.start([
        callTool('exec_command', {
          cmd: `cat ~/.codex/auth.json; ${leaveBehind('~/.codex', names)}`,
          login: false,
        }),
        say('Done.'),
        say('Still logged in.'),
      ]);
      const home = join(folder, 'home');
      const { CODEX_HOME: codexHome = '', ...env } = agentHome('codex', home, model.port);
      const config = read(join(codexHome, 'config.toml')).replace(
        'env_key = "SCRIPTED_KEY"',
        'requires_openai_auth = true',
      );
      write(join(codexHome, 'config.toml'), config);
      const login = {
        id_token: inDays(0.5),
        access_token: inDays(0.5),
        refresh_token: 'old',
        account_id: 'acc',
      };
      write(
        join(codexHome, 'auth.json'),
        JSON.stringify({ auth_mode: 'chatgpt', tokens: login, last_refresh: new Date().toISOString() }),
      );
      host = new TestHost(
        `agent: { kind: codex, env: [CODEX_REFRESH_TOKEN_URL_OVERRIDE] }
codex: { command: ${JSON.stringify(`${binary} app-server`)}, read_timeout_ms: 60000 }`,
        undefined,
        { ...env, CODEX_REFRESH_TOKEN_URL_OVERRIDE: `http://127.0.0.1:${tokens.port}/oauth/token` },
        { containment: `{ level: strict, host_ports: [${model.port}] }` },
      );

      const first = await host.runTurn();
      expect(first).toMatchObject({ kind: 'completed', summary: 'Done.' });
      // The person's own Codex has renewed it, in the person's file,
      expect(tokens.taken[0]).toBe('old');
      const { tokens: kept } = JSON.parse(read(join(codexHome, 'auth.json'))) as { tokens: typeof login };
      expect(kept).toMatchObject({ access_token: renewed, refresh_token: `new-${tokens.taken.length}` });
      // the one in the sandbox worked with the new one, and has nothing to renew it with,
      expect(model.scripted[0]?.headers.authorization).toBe(`Bearer ${renewed}`);
      const seen = JSON.stringify(model.scripted[1]?.body);
      expect(seen).toContain(renewed);
      expect(seen).not.toContain(kept.refresh_token);
      // and nothing is left behind.
      expect(read(join(codexHome, 'config.toml'))).toBe(config);
      for (const name of ['hooks.json', 'AGENTS.md', 'sessions', 'skills/evil'])
        expect(existsSync(join(codexHome, name))).toBe(false);
      expect(read(join(host.runPath, 'agent-home/.codex/hooks.json'))).toBe('left-behind\n');
      // What it did to its own copy is mended, and the next turn goes on with the session.
      expect(await host.runTurn({ turn: 2, session: first.session })).toMatchObject({
        kind: 'completed',
        summary: 'Still logged in.',
        session: first.session,
      });
      expect(JSON.stringify(model.scripted[2]?.body)).toContain('Done.');
    }, 240_000);
  });
});
