import { chmodSync, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
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
    const shared = await world.run('echo "$npm_config_cache"', { level, writable: ['~/.npm'] });
    expect(shared.stdout).toBe('\n');
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
      hidden: [],
      readable: [],
    };
    expect((await contain(['no-such-agent', '--fast'], enclosure)).argv).toEqual(['no-such-agent', '--fast']);
  });
});
