import { existsSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve, sep } from 'node:path';
import type { Enclosure } from './containment.js';
import { resolverView } from './own-network.js';
import { secretPlaces } from './secrets.js';

/** Empty and writable for each program. */
const temporaryPlaces = ['/tmp', '/var/tmp'];
/** Full of sockets by which one can command the machine: D-Bus, Docker, databases. */
const socketPlaces = ['/run', '/var/run'];

/**
 * For root these stay writable in any user namespace, and a kernel setting such as `core_pattern` runs a
 * program outside of all of them.
 */
const kernelPlaces = [
  '/proc/sys',
  '/proc/sysrq-trigger',
  '/proc/fs',
  '/proc/acpi',
  '/proc/scsi',
  '/proc/driver',
];

type Sight = 'hidden' | 'readable' | 'writable';

/**
 * What a program sees of the files, as words for bubblewrap: everything read-only, but for the places that are
 * hidden or writable. Of two places, one inside the other, the inner one counts; of several rules for
 * one place the most generous, if it is more than the home directory's.
 */
export function fileView(enclosure: Enclosure): string[] {
  const places = [...sightsOf(enclosure)].sort(([left], [right]) => depthOf(left) - depthOf(right));
  const isTemporary = (path: string) => temporaryPlaces.includes(path);
  // What a program writes to a hidden place would be lost without a word, so that it is refused: at the end, because the
  // places inside have to be made first.
  const sealed = places.filter(([path, sight]) => sight === 'hidden' && isFolder(path) && !isTemporary(path));
  return [
    ...['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc'],
    ...kernelView(),
    ...places.flatMap(([path, sight]) => mount(path, sight)),
    ...resolverView(enclosure.containment.network),
    ...sealed.flatMap(([path]) => ['--remount-ro', path]),
  ];
}

/** Not for others: nothing there is theirs, and a sandbox inside of this one could not mount a `/proc` then. */
function kernelView(): string[] {
  if (process.getuid?.() !== 0) return [];
  return kernelPlaces.filter((path) => existsSync(path)).flatMap((path) => mount(path, 'readable'));
}

function mount(path: string, sight: Sight): string[] {
  switch (sight) {
    case 'readable':
      return ['--ro-bind', path, path];
    case 'writable':
      return ['--bind', path, path];
    case 'hidden':
      return isFolder(path) ? ['--tmpfs', path] : ['--dev-bind', '/dev/null', path];
  }
}

function sightsOf({ settings, env, temporary, writable, hidden, readable }: Enclosure): Map<string, Sight> {
  const home = homeOf(env);
  const named = (paths: readonly string[]) => paths.map((path) => resolveHome(path, env));
  const rules: [Sight, readonly string[]][] = [
    // It may lie in a place that is hidden, or be one.
    ['readable', [home]],
    [
      'hidden',
      [...temporaryPlaces, ...socketPlaces, ...hidden, ...secretPlaces.map((path) => join(home, path))],
    ],
    ['readable', [...readable, ...named(settings.readable)]],
    ['writable', [temporary, ...writable, ...named(settings.writable)]],
  ];
  return new Map(
    rules.flatMap(([sight, paths]) =>
      paths.flatMap(realPath).flatMap((path): [string, Sight][] => (path === '/' ? [] : [[path, sight]])),
    ),
  );
}

/** Whether the program can write to a path in its home directory, or wherever it is. */
export function isWritable(path: string, { settings, env, writable }: Enclosure): boolean {
  const allowed = [...writable, ...settings.writable.map((place) => resolveHome(place, env))];
  return allowed.some((place) => path === place || path.startsWith(`${place}${sep}`));
}

export function homeOf(env: Record<string, string>): string {
  return env.HOME ?? homedir();
}

function resolveHome(path: string, env: Record<string, string>): string {
  return resolve(path.replace(/^~(?=\/)/, () => homeOf(env)));
}

/** With all links resolved, because a mount cannot lie behind one; nothing where there is no such file. */
function realPath(path: string): string[] {
  try {
    return [realpathSync(path)];
  } catch {
    return [];
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function depthOf(path: string): number {
  return path.split(sep).length;
}
