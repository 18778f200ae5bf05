import { existsSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve, sep } from 'node:path';
import type { Enclosure } from './containment.js';
import { showEntries } from './entries.js';
import { devices, temporaryFiles } from './memory.js';
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
/** What is seen at a path, and whose content that is, if it is seen. */
type Sights = ReadonlyMap<string, { sight: Sight; from: string }>;

/**
 * What a program sees of the files, as words for bubblewrap: everything read-only, but for the places that are
 * hidden or writable. Of two places, one inside the other, the inner one counts. A readable place with a hidden one inside,
 * such as the home directory, is shown entry by entry: what is hidden there stays so when it is created, or
 * replaced, while the program runs.
 */
export function fileView(enclosure: Enclosure, isLimited: boolean): string[] {
  const sights = sightsOf(enclosure);
  const places = [...sights].sort(([left], [right]) => depthOf(left) - depthOf(right));
  const views = places.map(([path, { sight, from }]) => ({
    path,
    ...view(path, sight, from, sights, isLimited),
  }));
  return [
    ...['--ro-bind', '/', '/', ...devices(isLimited), '--proc', '/proc'],
    ...kernelView(),
    ...views.flatMap(({ words }) => words),
    ...resolverView(enclosure.containment.network),
    // What a program writes to a hidden place would be lost without a word, so that it is refused: at the end, because the
    // places inside have to be made first.
    ...views.flatMap(({ path, isSealed }) => (isSealed ? ['--remount-ro', path] : [])),
  ];
}

/** Not for others: nothing there is theirs, and a sandbox inside of this one could not mount a `/proc` then. */
function kernelView(): string[] {
  if (process.getuid?.() !== 0) return [];
  return kernelPlaces.filter((path) => existsSync(path)).flatMap((path) => ['--ro-bind', path, path]);
}

/** The words for one place, and whether nothing may be written to it once all others are made. */
interface View {
  words: string[];
  isSealed: boolean;
}

function view(path: string, sight: Sight, from: string, sights: Sights, isLimited: boolean): View {
  if (sight === 'writable') return { words: ['--bind', from, path], isSealed: false };
  if (sight === 'hidden') return concealed(path, sights, isLimited);
  if (!conceals(path, sights)) return { words: ['--ro-bind', from, path], isSealed: false };
  const entries = showEntries(
    path,
    (entry) => sights.has(entry),
    (entry) => conceals(entry, sights),
  );
  return { words: ['--tmpfs', path, ...entries], isSealed: true };
}

function concealed(path: string, sights: Sights, isLimited: boolean): View {
  if (temporaryPlaces.includes(path)) return { words: temporaryFiles(path, isLimited), isSealed: false };
  if (isLeftOut(path, sights) || !existsSync(path)) return { words: [], isSealed: false };
  return isFolder(path)
    ? { words: ['--tmpfs', path], isSealed: true }
    : { words: ['--dev-bind', '/dev/null', path], isSealed: false };
}

/** Whether a hidden place is not there at all, because the place around it is shown without it. */
function isLeftOut(path: string, sights: Sights): boolean {
  const around = dirname(path);
  const sight = sights.get(around)?.sight;
  if (around === path || sight === 'writable') return false;
  return sight === 'readable' || isLeftOut(around, sights);
}

function conceals(path: string, sights: Sights): boolean {
  return [...sights].some(([other, { sight }]) => sight === 'hidden' && isInside(other, path));
}

/** Of several rules for one place the last one counts. */
function sightsOf(enclosure: Enclosure): Sights {
  const { settings, env, temporary, writable, hidden, readable, standIns } = enclosure;
  const home = homeOf(env);
  const named = (paths: readonly string[]) => paths.map((path) => resolveHome(path, env));
  const secrets = secretPlaces.map((path) => join(home, path));
  const rules: [Sight, readonly string[]][] = [
    // A folder of `PATH`, or the workflow file's, may be such as `/tmp`, and does not show it.
    ['readable', [home, ...readable].flatMap(realPath)],
    // Those that are not there yet included.
    ['hidden', [...temporaryPlaces, ...socketPlaces, ...hidden, ...secrets].map(futurePath)],
  ];
  // What the workflow file says has the last word.
  const wishes: [Sight, readonly string[]][] = [
    ['readable', named(settings.readable).flatMap(realPath)],
    ['writable', [temporary, ...writable, ...named(settings.writable)].flatMap(realPath)],
  ];
  const replaced = standIns.map(({ path, from, isWritable: may }): Place => {
    return [path, { sight: may ? 'writable' : 'readable', from }];
  });
  const places = [...rules.flatMap(placesOf), ...replaced, ...wishes.flatMap(placesOf)];
  return new Map(places.filter(([path]) => path !== '/'));
}

type Place = [path: string, seen: { sight: Sight; from: string }];

function placesOf([sight, paths]: [Sight, readonly string[]]): Place[] {
  return paths.map((path) => [path, { sight, from: path }]);
}

/** Whether the program can write to a path: of the places around it, the innermost one decides. */
export function isWritable(path: string, enclosure: Enclosure): boolean {
  const sights = sightsOf(enclosure);
  for (let place = futurePath(path); place !== dirname(place); place = dirname(place)) {
    const seen = sights.get(place);
    if (seen !== undefined) return seen.sight === 'writable';
  }
  return false;
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

/** Where a file is, or will be when it is created: links are resolved as far as there is something. */
export function futurePath(path: string): string {
  const [real] = realPath(path);
  if (real !== undefined || path === dirname(path)) return real ?? path;
  return join(futurePath(dirname(path)), basename(path));
}

export function isInside(path: string, folder: string): boolean {
  return path.startsWith(`${folder}${sep}`);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function depthOf(path: string): number {
  return path.split(sep).length;
}
