import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Containment, Level } from '../../../../src/activities/keeper/containment/containment.js';
import { attempt, untouched, World } from './world.js';
import type { User } from './world.js';

/** What stops it, where it is there; the script ends with 0 when it did what it must not. */
interface Attack {
  name: string;
  stoppedBy: keyof Pick<Containment, 'processes' | 'files' | 'network'>;
  script: (world: World) => string;
  onlyAsRoot?: true;
}

const connect = (path: string) =>
  `node -e 'require("net").connect(${JSON.stringify(path)}).on("data", () => process.exit(0)).on("error", () => process.exit(1))'`;

const writes = [
  ['the mirror', 'data/mirrors/m.git/config'],
  ['hooks of the mirror', 'data/mirrors/m.git/hooks/x'],
  ['the configuration of host.git', 'data/runs/T-1/host.git/config'],
  ['hooks of host.git', 'data/runs/T-1/host.git/hooks/x'],
  ['another workspace', 'workspaces/T-2/file'],
  ["the person's repository", 'home/repository/.git/config'],
  ["hooks of the person's repository", 'home/repository/.git/hooks/x'],
  ["the person's shell profile", 'home/.bashrc'],
  ["its keeper's journal", 'data/runs/T-1/keepers/turn-1/gen-0001/journal.log'],
] as const;

const reads = [
  ["the person's keys", 'home/.ssh/id'],
  ["the person's passwords", 'home/.netrc'],
  ["its keeper's journal", 'data/runs/T-1/keepers/turn-1/gen-0001/journal.log'],
  ['temporary files of others', 'lying-about'],
] as const;

const attacks: Attack[] = [
  {
    name: "reading the worker's environment",
    stoppedBy: 'processes',
    script: ({ secret }) => `cat /proc/[0-9]*/environ 2>/dev/null | grep -qz 'WORKER_SECRET=${secret}'`,
  },
  {
    name: 'deciding for a person by the loopback',
    stoppedBy: 'network',
    script: ({ port }) =>
      [
        `gateway=$(awk '$2 == "00000000" { print $3; exit }' /proc/net/route)`,
        `[ -z "$gateway" ] || gateway=$((0x\${gateway:6:2})).$((0x\${gateway:4:2})).$((0x\${gateway:2:2})).$((0x\${gateway:0:2}))`,
        // Nobody may ever answer there.
        `for host in 127.0.0.1 $gateway; do`,
        `  printf 'POST /decide HTTP/1.0\\r\\n\\r\\n' | timeout 2 bash --norc -c 'exec 3<>/dev/tcp/'$host'/${port}; cat >&3; grep -q decided <&3' && exit 0`,
        `done; exit 1`,
      ].join('\n'),
  },
  {
    name: 'an abstract socket of the host',
    stoppedBy: 'network',
    script: ({ abstractSocket }) => connect(abstractSocket),
  },
  {
    name: 'the control socket of its keeper',
    stoppedBy: 'files',
    script: ({ keeperFolder }) => connect(`${keeperFolder}/sock`),
  },
  {
    name: 'changing the kernel',
    stoppedBy: 'files',
    // With what it is already: a test must not change it either.
    script: () =>
      'value=$(cat /proc/sys/kernel/core_pattern) && echo "$value" > /proc/sys/kernel/core_pattern',
    onlyAsRoot: true,
  },
  {
    name: 'a socket in /run',
    stoppedBy: 'files',
    script: (world) => connect(runSocket(world)),
    onlyAsRoot: true,
  },
  ...writes.map(([what, path]): Attack => ({
    name: `writing to ${what}`,
    stoppedBy: 'files',
    script: (world) => `echo written > ${world.path(path)}`,
  })),
  ...reads.map(([what, path]): Attack => ({
    name: `reading ${what}`,
    stoppedBy: 'files',
    script: (world) => `grep -q . ${world.path(path)}`,
  })),
];

const runSocket = ({ folder }: World) => `/run/${folder.slice(folder.lastIndexOf('/') + 1)}.sock`;

/** One program tries them one after the other. */
async function tryAll(world: World, level: Level, tried: Attack[]): Promise<string[]> {
  const script = tried
    .map((attack, index) => `(\n${attack.script(world)}\n) 2>/dev/null && echo ${index}`)
    .join('\n');
  const { stdout } = await world.run(`${script}\ntrue`, { level });
  return stdout.split('\n').flatMap((index) => tried[Number(index === '' ? -1 : index)]?.name ?? []);
}

const users: User[] = ['root', 'nobody', 'current'];
const levels: Level[] = ['strict', 'standard', 'none'];
const cases = await Promise.all(
  users.flatMap((user) => levels.map(async (level) => ({ user, level, given: await attempt(level, user) }))),
);

describe.each(cases)('$level for a worker of user $user', ({ user, level, given }) => {
  if (typeof given === 'string') {
    it.skip(`is not here: ${given}`, () => undefined);
    return;
  }
  const possible = attacks.filter(({ onlyAsRoot }) => onlyAsRoot !== true || user === 'root');
  let world: World;
  /** The attacks that did what they must not. */
  let succeeded: string[];
  beforeAll(async () => {
    world = new World(user);
    await world.open();
    if (user === 'root') await world.listenAt(runSocket(world));
    succeeded = await tryAll(world, level, possible);
  });
  afterAll(() => world.close());

  for (const { name, stoppedBy } of possible) {
    // The other half of the proof: without that containment each of them works.
    const isStopped = given[stoppedBy];
    it(`${isStopped ? 'stops' : 'does not stop'} ${name}`, () => {
      if (isStopped) expect(succeeded).not.toContain(name);
      else expect(succeeded).toContain(name);
    });
  }

  it('leaves the traces that it must on the host, and no others', () => {
    const written = writes.filter(([, path]) => readFileSync(world.path(path), 'utf8') !== untouched);
    expect(written).toEqual(given.files ? [] : writes);
    expect(world.decisions).toEqual(given.network ? [] : ['/decide']);
  });

  it('lets a build work', async () => {
    const script = [
      'set -e',
      'git -c user.name=A -c user.email=a@b commit --quiet --allow-empty -m First',
      'git status --short',
      `echo '{"scripts": {"hi": "echo from npm"}}' > package.json`,
      'npm run --silent hi',
      'mktemp > /dev/null',
      'touch "$TMPDIR/file" /tmp/continuo-scratch-$$ && rm -f /tmp/continuo-scratch-$$',
      `node -e '
        const server = require("http").createServer((_, response) => response.end("served")).listen(0, "127.0.0.1", async () => {
          console.log(await (await fetch("http://127.0.0.1:" + server.address().port)).text());
          server.close();
        })'`,
      'cat',
      'exit 7',
    ].join('\n');
    const result = await world.run(script, { level }, 'by stdin\n');
    expect(result).toEqual({ code: 7, stdout: 'from npm\nserved\nby stdin\n', stderr: '' });
    expect(readFileSync(`${world.workspace}/package.json`, 'utf8')).toContain('hi');
  });

  it('tells the signal that ended a program', async () => {
    expect(await world.run('kill -KILL $$', { level })).toMatchObject({ code: 128 + 9 });
  });
});
