import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { contain } from '../../../../src/activities/keeper/containment/contain.js';
import { attempt, World } from './world.js';

const user = process.getuid?.() === 0 ? 'root' : 'current';
const given = await attempt('strict', user);

describe('the settings of a strict containment', () => {
  if (typeof given === 'string') {
    it.skip(`is not here: ${given}`, () => undefined);
    return;
  }
  const level = 'strict';
  let world: World;
  beforeEach(async () => {
    world = new World(user);
    await world.open();
  });
  afterEach(() => world.close());

  it('let a program write to a place in the home directory, but not to what is secret in it', async () => {
    const script = 'echo written > ~/.bashrc; echo written > ~/.ssh/id; cat ~/.netrc; true';
    const { stdout } = await world.run(script, { level, writable: ['~/', world.path('home')] });
    expect(readFileSync(world.path('home', '.bashrc'), 'utf8')).toBe('written\n');
    expect(readFileSync(world.path('home', '.ssh', 'id'), 'utf8')).toBe('# untouched\n');
    expect(stdout).toBe('');
  });

  it('let a program see a secret, and not change it', async () => {
    const script = 'cat ~/.netrc; echo written > ~/.netrc';
    const result = await world.run(script, { level, readable: ['~/.netrc'] });
    expect(result).toMatchObject({ code: 1, stdout: '# untouched\n' });
    expect(result.stderr).toContain('Read-only file system');
  });

  it('leave a secret out of sight that is replaced or created while a program runs', async () => {
    const home = (...parts: string[]) => world.path('home', ...parts);
    const write = (file: string) => {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, 'secret\n');
    };
    write(home('.config', 'tool', 'settings'));
    write(home('.config', 'gh', 'hosts.yml'));
    write(home('dotfiles', 'netrc'));
    symlinkSync('dotfiles', home('.docker'));
    const script = [
      'echo started; read -r line',
      'ls -A ~ ~/.config; cat ~/.config/tool/settings',
      'cat ~/.netrc ~/.git-credentials ~/.ssh/* ~/.aws/* ~/.config/gh/* ~/.config/hub dotfiles/* ~/.docker/*',
    ].join('\n');
    const keeper = await world.keep(['bash', '--norc', '-c', script], { level });
    await once(keeper.stdout, 'data');
    renameSync(home('.ssh'), home('.ssh.old'));
    renameSync(home('.config', 'gh'), home('.config', 'gh.old'));
    const secrets = ['.netrc', '.git-credentials', '.ssh/id', '.aws/credentials', '.config/gh/hosts.yml'];
    for (const secret of [...secrets, '.config/hub']) {
      write(home(`${secret}.new`));
      renameSync(home(`${secret}.new`), home(secret));
    }
    keeper.stdin.end('go on\n');
    const seen = ['.bashrc', '.config', '.docker', 'repository'];
    const [stdout] = await Promise.all([text(keeper.stdout), once(keeper, 'close')]);
    const config = world.path('home', '.config');
    expect(stdout).toBe(`${world.path('home')}:\n${seen.join('\n')}\n\n${config}:\ntool\nsecret\n`);
  });

  it('show a workspace and a folder of PATH in the home directory, but not /tmp because it is on PATH', async () => {
    const home = world.path('home');
    mkdirSync(`${home}/.local/share/continuo/runs/T-1`, { recursive: true });
    mkdirSync(`${home}/.docker/bin`, { recursive: true });
    const { argv, env } = await contain(
      [
        'bash',
        '--norc',
        '-c',
        `touch file && ls -A ~/.local/share/* ~/.docker && test ! -e ${world.path('lying-about')}`,
      ],
      {
        containment: given,
        settings: { writable: [], readable: [], host_ports: [] },
        env: { PATH: process.env.PATH ?? '', HOME: home },
        cwd: `${home}/.local/share/continuo/runs/T-1`,
        temporary: world.temporary,
        writable: [`${home}/.local/share/continuo/runs/T-1`],
        standIns: [],
        hidden: [`${home}/.local/share/continuo`],
        readable: [`${home}/.docker/bin`, '/tmp'],
      },
    );
    const [program = '', ...args] = argv;
    const out = execFileSync(program, args, { env, cwd: '/', encoding: 'utf8' });
    expect(out).toBe(`${home}/.docker:\nbin\n\n${home}/.local/share/continuo:\nruns\n`);
    expect(existsSync(`${home}/.local/share/continuo/runs/T-1/file`)).toBe(true);
  });

  it('limit what a program can put into memory, and leave /dev as it is', async () => {
    const script = 'df --output=size --block-size=1G /tmp /var/tmp /dev/shm; echo x > /dev/x';
    const { code, stdout } = await world.run(script, { level });
    expect(code).toBe(1);
    expect(stdout.match(/\d+$/gm)).toEqual(['2', '2', '1']);
  });

  it('let a program reach one port of the loopback', async () => {
    const port = await world.listen(
      createServer((socket) => socket.end('hello')),
      { host: '127.0.0.1', port: 0 },
    );
    const ask = (which: number) => `timeout 5 bash --norc -c 'cat < /dev/tcp/127.0.0.1/${which}'`;
    const settings = { level, host_ports: [port] } as const;
    expect(await world.run(ask(port), settings)).toMatchObject({ code: 0, stdout: 'hello' });
    expect(await world.run(ask(world.port), settings)).toMatchObject({ code: 1, stdout: '' });
  });

  it('move caches to where a program can write, unless their own place is such', async () => {
    const script = 'echo "$TMPDIR $XDG_CACHE_HOME $npm_config_cache"';
    const own = await world.run(script, { level });
    const cache = `${world.temporary}/cache`;
    expect(own.stdout).toBe(`${world.temporary} ${cache}/XDG_CACHE_HOME ${cache}/npm_config_cache\n`);
    mkdirSync(world.path('home', '.npm'));
    const shared = await world.run('echo "$npm_config_cache"', { level, writable: ['~/.npm'] });
    expect(shared.stdout).toBe('\n');
    // The home directory lies in a folder that is writable, and is not.
    const around = await world.run('touch ~/new; echo "$npm_config_cache"', {
      level,
      writable: [world.path()],
    });
    expect(around).toMatchObject({ stdout: `${cache}/npm_config_cache\n` });
    expect(existsSync(world.path('home', 'new'))).toBe(false);
  });

  it('ignores what does not exist, and follows links to what does', async () => {
    symlinkSync(world.path('home', 'repository'), world.path('home', 'link'));
    chmodSync(world.path('home', 'repository'), 0o755);
    const { code } = await world.run('touch ~/repository/new', { level, writable: ['~/link', '~/nothing'] });
    expect(code).toBe(0);
    expect(existsSync(world.path('home', 'repository', 'new'))).toBe(true);
    expect(existsSync(world.path('home', 'nothing'))).toBe(false);
  });

  it('leaves a program as it is that does not exist, so that its keeper can say so', async () => {
    const enclosure = {
      containment: given,
      settings: { writable: [], readable: [], host_ports: [] },
      env: { PATH: '/usr/bin:/bin', HOME: world.path('home') },
      cwd: world.workspace,
      temporary: world.temporary,
      writable: [world.workspace],
      standIns: [],
      hidden: [],
      readable: [],
    };
    expect((await contain(['no-such-agent', '--fast'], enclosure)).argv).toEqual(['no-such-agent', '--fast']);
  });
});
