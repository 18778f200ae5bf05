import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { contain } from '../../../src/activities/keeper/containment/contain.js';
import { openLogin } from '../../../src/activities/login/open-login.js';
import { attempt } from '../keeper/containment/world.js';

const given = await attempt('strict', process.getuid?.() === 0 ? 'root' : 'current');

describe('the login of an agent in a strict sandbox', () => {
  if (typeof given === 'string') {
    it.skip(`is not here: ${given}`, () => undefined);
    return;
  }
  let folder: string;
  let env: Record<string, string>;
  const home = (...parts: string[]) => join(folder, 'home', ...parts);
  const own = (...parts: string[]) => join(folder, 'run', 'agent-home', ...parts);
  const write = (file: string, content: string) => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  };

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'continuo-login-')));
    for (const name of ['home', 'workspace', 'run/tmp', 'bin'])
      mkdirSync(join(folder, name), { recursive: true });
    env = {
      PATH: `${join(folder, 'bin')}:${process.env.PATH ?? ''}`,
      HOME: home(),
      TMPDIR: join(folder, 'run/tmp'),
    };
    write(home('.claude/settings.json'), '{}');
    write(home('.claude/.credentials.json'), 'old');
    write(home('.claude/skills/one/SKILL.md'), 'a skill');
    write(home('.claude/history.jsonl'), 'what the person said');
    write(home('.claude.json'), '{}');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** What a shell script prints that runs as this agent. */
  async function run(agent: string, script: string, login = own()): Promise<string> {
    const standIns = await openLogin({ command: agent, home: login }, env);
    const { argv, env: inside } = await contain(['bash', '--norc', '-c', script], {
      containment: given as Exclude<typeof given, string>,
      settings: { writable: [], readable: [], host_ports: [] },
      env,
      cwd: join(folder, 'workspace'),
      temporary: join(folder, 'run/tmp'),
      writable: [join(folder, 'workspace')],
      standIns,
      hidden: [join(folder, 'run')],
      readable: [join(folder, 'bin')],
    });
    const [program = '', ...args] = argv;
    return execFileSync(program, args, { env: inside, cwd: '/', encoding: 'utf8', stdio: 'pipe' });
  }

  it('is all of the home directory that it can change, and is the person’s own file', async () => {
    const script = `cd ~
cat .claude/settings.json .claude/skills/one/SKILL.md
for f in .claude/settings.json .claude/skills/one/SKILL.md .claude/skills/two .claude.json .bashrc; do
  (echo hooks > $f) 2> /dev/null && echo "changed $f"
done
mv .claude/settings.json .claude/gone 2> /dev/null; rm -rf .claude/skills 2> /dev/null
echo new > .claude/.credentials.json
ls -A .claude`;
    expect(await run('claude', script)).toBe('{}a skill.credentials.json\nsettings.json\nskills\n');
    expect(readFileSync(home('.claude/settings.json'), 'utf8')).toBe('{}');
    expect(readFileSync(home('.claude/skills/one/SKILL.md'), 'utf8')).toBe('a skill');
    expect(readFileSync(home('.claude.json'), 'utf8')).toBe('{}');
    expect(readFileSync(home('.claude/.credentials.json'), 'utf8')).toBe('new\n');
  });

  it('leaves what the agent writes beside it to the agent alone, for its next turn', async () => {
    await run(
      'claude',
      'mkdir ~/.claude/projects && echo said > ~/.claude/projects/one; echo x > ~/.claude/CLAUDE.md',
    );
    expect(existsSync(home('.claude/projects'))).toBe(false);
    expect(existsSync(home('.claude/CLAUDE.md'))).toBe(false);
    expect(await run('claude', 'cat ~/.claude/projects/one')).toBe('said\n');
    // A reviewer of the same kind has another one.
    const other = await run('claude', 'ls -A ~/.claude', join(folder, 'run', 'reviewer-home'));
    expect(other).toBe('.credentials.json\nsettings.json\nskills\n');
  });

  it('follows links of the person, and none of the agent', async () => {
    write(home('dotfiles/agents/a.md'), 'an agent');
    symlinkSync('../dotfiles/agents', home('.claude/agents'));
    await run('claude', 'rm -rf ~/.claude/CLAUDE.md; ln -s /oldroot/$HOME/.claude/hooks ~/.claude/CLAUDE.md');
    write(home('.claude/CLAUDE.md'), 'the rules');
    expect(await run('claude', 'cat ~/.claude/agents/a.md ~/.claude/CLAUDE.md')).toBe('an agentthe rules');
    expect(existsSync(home('.claude/hooks'))).toBe(false);
  });

  it('is where a variable says', async () => {
    env.CLAUDE_CONFIG_DIR = join(folder, 'elsewhere');
    write(join(folder, 'elsewhere/.claude.json'), '{"moved":true}');
    write(join(folder, 'elsewhere/.credentials.json'), 'old');
    const script =
      'cd $CLAUDE_CONFIG_DIR; cat .claude.json; echo x 2> /dev/null > .claude.json; echo new > .credentials.json; touch more';
    expect(await run('claude', script)).toBe('{"moved":true}');
    expect(readFileSync(join(folder, 'elsewhere/.credentials.json'), 'utf8')).toBe('new\n');
    expect(existsSync(join(folder, 'elsewhere/more'))).toBe(false);
  });

  it('is no other agent’s, and no other program’s', async () => {
    const script = 'cat ~/.claude/.credentials.json ~/.codex/auth.json 2> /dev/null || true';
    write(home('.codex/auth.json'), '{"OPENAI_API_KEY":"key"}');
    expect(await run('codex', script)).toBe('{"OPENAI_API_KEY":"key"}');
    expect(await run('make', script)).toBe('');
  });

  describe('of Codex', () => {
    const jwt = (exp: number) => `e30.${Buffer.from(JSON.stringify({ exp })).toString('base64url')}.s`;
    const later = Math.floor(Date.now() / 1000) + 7 * 86_400;
    const login = (exp: number, refresh: string) =>
      JSON.stringify({ tokens: { access_token: jwt(exp), refresh_token: refresh, account_id: 'a' } });
    const isThere = 'cat ~/.codex/auth.json';
    beforeEach(() => {
      const renewed = login(later, 'renewed');
      write(
        join(folder, 'bin/codex'),
        `#!/bin/sh
[ "$1" = app-server ] || exit 1
while read -r line; do case "$line" in *account/read*)
  echo '${renewed}' > ~/.codex/auth.json; echo '{"id":"renew","error":{}}';;
esac; done
`,
      );
      execFileSync('chmod', ['755', join(folder, 'bin/codex')]);
      write(home('.bash_profile'), `PATH=${join(folder, 'bin')}:$PATH\n`);
    });

    it('is lent without what would renew it', async () => {
      write(home('.codex/auth.json'), login(later, 'secret'));
      expect(JSON.parse(await run('codex', isThere))).toEqual({
        tokens: { access_token: jwt(later), refresh_token: '', account_id: 'a' },
      });
      await run('codex', 'echo gone > ~/.codex/auth.json');
      expect(readFileSync(home('.codex/auth.json'), 'utf8')).toBe(login(later, 'secret'));
    });

    it('is renewed by the person’s own Codex before it is too old', async () => {
      write(home('.codex/auth.json'), login(later - 7 * 86_400 + 60, 'secret'));
      expect(await run('codex', isThere)).toBe(login(later, ''));
      expect(readFileSync(home('.codex/auth.json'), 'utf8')).toBe(`${login(later, 'renewed')}\n`);
    });

    it('is not lent where it is unknown what would spoil it, and ends with the person’s', async () => {
      write(home('.codex/auth.json'), login(later, 'secret'));
      await run('codex', isThere);
      write(home('.codex/auth.json'), '{"tokens":"of another kind"}');
      expect(await run('codex', `${isThere} 2> /dev/null || echo none`)).toBe('none\n');
    });
  });
});
