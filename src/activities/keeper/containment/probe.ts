import { tmpdir } from 'node:os';
import { contain } from './contain.js';
import type { Containment, ContainmentSettings, Level, Missing } from './containment.js';
import { findProgram } from './find-program.js';
import { tryCommand } from './try-command.js';

/** The machine cannot give the level that the workflow file asks for; nothing may run then. */
export class ContainmentError extends Error {
  override readonly name = 'ContainmentError';
}

/** From the best to the least. `standard` has two forms. */
const candidates: readonly Omit<Containment, 'missing'>[] = [
  { level: 'strict', processes: true, files: true, network: true },
  { level: 'standard', processes: true, files: true, network: false },
  { level: 'standard', processes: true, files: false, network: false },
  { level: 'none', processes: false, files: false, network: false },
];

const found = new Map<string, Promise<Containment>>();

/**
 * The containment that the workflow file asks for, else the best that this machine gives, found by running
 * a program in it; an answer holds for the life of the process. Throws `ContainmentError` with what is missing, and
 * how to get it, when the machine cannot give the level that is asked for.
 */
export function probeContainment(
  settings: ContainmentSettings,
  env: NodeJS.ProcessEnv,
): Promise<Containment> {
  const key = JSON.stringify([settings, env.PATH, env.HOME]);
  const known = found.get(key);
  if (known !== undefined) return known;
  const probing = probe(settings, env);
  found.set(key, probing);
  // A person may mend the machine, or the file, while the worker runs.
  probing.catch(() => found.delete(key));
  return probing;
}

async function probe(settings: ContainmentSettings, env: NodeJS.ProcessEnv): Promise<Containment> {
  const wanted = settings.level;
  const missing: Missing[] = [];
  for (const candidate of candidates.filter(({ level }) => isAllowed(level, wanted))) {
    const containment = { ...candidate, missing };
    const lack = await findLack(containment, settings, env);
    if (lack === null) return settled(containment, wanted);
    missing.push(lack);
  }
  throw unreachable(wanted ?? 'none', missing);
}

/** Better ones than the workflow file asks for are not tried. */
function isAllowed(level: Level, wanted: Level | undefined): boolean {
  const rank = (one: Level) => candidates.findIndex((candidate) => candidate.level === one);
  return wanted === undefined || rank(level) >= rank(wanted);
}

function settled(containment: Containment, wanted: Level | undefined): Containment {
  if (wanted !== undefined && containment.level !== wanted) throw unreachable(wanted, containment.missing);
  return { ...containment, missing: unique(containment.missing) };
}

function unreachable(wanted: Level, missing: readonly Missing[]): ContainmentError {
  const lacks = unique(missing).map(({ what, mend }) => `  ${what}: ${mend}`);
  return new ContainmentError(
    [`containment.level ${wanted} is not possible on this machine:`, ...lacks].join('\n'),
  );
}

function unique(missing: readonly Missing[]): Missing[] {
  return missing.filter(({ what }, index) => missing.findIndex((other) => other.what === what) === index);
}

/** What keeps this machine from it; null when it works. */
async function findLack(
  containment: Containment,
  settings: ContainmentSettings,
  env: NodeJS.ProcessEnv,
): Promise<Missing | null> {
  if (!containment.processes) return null;
  if (process.platform !== 'linux') {
    return {
      what: `${process.platform} has no namespaces`,
      mend: 'run the worker on Linux, also in a virtual machine',
    };
  }
  for (const [program, packages] of programsOf(containment)) {
    if (findProgram(program, '/', env.PATH) === null) {
      return { what: `${program} is not on PATH`, mend: `install it: ${packages}` };
    }
  }
  const { argv } = await contain(['true'], {
    containment,
    settings,
    env: textsOf(env),
    cwd: '/',
    temporary: tmpdir(),
    writable: [],
    standIns: [],
    hidden: [],
    readable: [],
  });
  const problem = await tryCommand(argv, env);
  return problem === null ? null : { what: problem, mend: mendOf(problem) };
}

function programsOf({ files, network }: Containment): [string, string][] {
  return [
    ['setpriv', 'apt-get install util-linux'],
    ['unshare', 'apt-get install util-linux'],
    // It is what is run to try.
    ['true', 'apt-get install coreutils'],
    ...(files
      ? [['bwrap', 'apt-get install bubblewrap, or dnf install bubblewrap'] as [string, string]]
      : []),
    ...(network
      ? ([
          ['pasta', 'apt-get install passt, or dnf install passt'],
          ['sh', 'apt-get install dash'],
        ] as [string, string][])
      : []),
  ];
}

/** For people alone: nothing is decided by the message of a program. */
function mendOf(problem: string): string {
  if (/\btun\b/.test(problem)) return 'chmod 666 /dev/net/tun, and modprobe tun where there is none';
  return [
    'let users make namespaces',
    'sysctl -w user.max_user_namespaces=15000 kernel.apparmor_restrict_unprivileged_userns=0 (or kernel.unprivileged_userns_clone=1)',
    'in a container: --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined --device /dev/net/tun',
  ].join('; ');
}

function textsOf(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
