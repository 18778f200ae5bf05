import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '../../../support/engine.js';
import { attempt, World } from './world.js';

const levels = await Promise.all(
  (['strict', 'standard'] as const).map(async (level) => ({ level, given: await attempt(level, asWhom()) })),
);

function asWhom(): 'root' | 'current' {
  return process.getuid?.() === 0 ? 'root' : 'current';
}

/** The processes, in whatever namespace, whose command line has this word. */
function withWord(word: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid && commandOf(pid).includes(word));
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

describe.each(levels)('a program at $level', ({ level, given }) => {
  if (typeof given === 'string') {
    it.skip(`is not here: ${given}`, () => undefined);
    return;
  }
  let world: World;
  beforeEach(async () => {
    world = new World(asWhom());
    await world.open();
  });
  afterEach(() => world.close());

  it('dies with its keeper, and with it what left its session or was forked twice', async () => {
    const word = `survivor-of-${world.folder}`;
    const stay = `exec -a ${word} sleep 1000`;
    const script = [
      "trap '' TERM HUP",
      `setsid bash --norc -c '${stay}' & (setsid bash --norc -c '${stay}' &)`,
      `(${stay} &) ; bash --norc -c '${stay}'`,
    ].join('\n');
    const keeper = await world.keep(['bash', '--norc', '-c', script], { level });
    const isSleeping = (pid: number) => commandOf(pid).startsWith(word);
    await until(() => withWord(word).filter(isSleeping).length === 4);
    keeper.kill('SIGKILL');
    await once(keeper, 'exit');
    await until(() => withWord(word).length === 0);
  });

  it('ends by itself together with what it left behind', async () => {
    const word = `survivor-of-${world.folder}`;
    const left = `setsid bash --norc -c 'exec -a ${word} sleep 1000' > /dev/null 2>&1 < /dev/null &`;
    const { code } = await world.run(`${left}\nexit 3`, { level });
    expect(code).toBe(3);
    await until(() => withWord(word).length === 0);
  });

  it('speaks with its keeper line by line', async () => {
    const keeper = await world.keep(
      ['bash', '--norc', '-c', 'while read -r line; do echo "got $line"; done'],
      {
        level,
      },
    );
    for (const line of ['one', 'two']) {
      keeper.stdin.write(`${line}\n`);
      const [answer] = (await once(keeper.stdout, 'data')) as [Buffer];
      expect(answer.toString()).toBe(`got ${line}\n`);
    }
    keeper.stdin.end();
    expect(await once(keeper, 'exit')).toEqual([0, null]);
  });

  it('never ends well when something of its containment is told to end', async () => {
    const keeper = await world.keep(['bash', '--norc', '-c', `exec -a wait-in-${world.folder} sleep 1000`], {
      level,
    });
    const isStarted = () =>
      withWord(`wait-in-${world.folder}`).some((pid) => commandOf(pid).startsWith('wait-in-'));
    await until(isStarted);
    const network = withWord(world.folder).filter((pid) => commandOf(pid).startsWith('pasta'));
    expect(network).toHaveLength(given.network ? 1 : 0);
    const wrapper = withWord(world.folder).filter((pid) => commandOf(pid).startsWith('bwrap'));
    process.kill(network[0] ?? wrapper[0] ?? Number.NaN, 'SIGTERM');
    expect(await once(keeper, 'exit')).toEqual([143, null]);
  });
});
