import { existsSync } from 'node:fs';
import { lstat, mkdir, readdir, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import picomatch from 'picomatch';
import type { StandIn } from '../keeper/containment/containment.js';
import { futurePath, homeOf, isInside } from '../keeper/containment/file-view.js';
import { lendCodexLogin } from './codex-login.js';
import type { AgentFolder } from './known-agents.js';
import { agentOf, knownAgents } from './known-agents.js';

/** With which login a program works. */
export interface Login {
  /** The shell command that starts the program. */
  command: string;
  /** The agent that this is, where that is known without its command. */
  agent?: 'claude' | 'codex';
  /** A folder of this program's own, in which the agent keeps what it writes: the same for all turns of a task. */
  home: string;
}

/**
 * Gives a known agent the login and the settings of the person, and nothing of theirs to write to but the login: in place of
 * its folder in the home directory it finds one of its own, with the person's settings in it, which are read-only.
 * Key: the own folder, so that it may be done again while the program runs. Nothing for a program that is not known.
 */
export async function openLogin(
  { command, agent, home: own }: Login,
  env: Record<string, string>,
): Promise<StandIn[]> {
  const name = agent ?? agentOf(command);
  const known = name === null ? undefined : knownAgents.get(name);
  if (known === undefined) return [];
  const home = homeOf(env);
  const moved = known.variable === undefined ? undefined : env[known.variable];
  const standIns: StandIn[] = [];
  for (const [index, folder] of known.folders.entries()) {
    const place = futurePath((index === 0 ? moved : undefined) ?? join(home, folder.path));
    // Only in the home directory can a folder be shown that is not there.
    if (!existsSync(place) && !isInside(place, futurePath(home))) continue;
    standIns.push(...(await openFolder(folder, place, join(own, folder.path))));
    if (name === 'codex') await lendCodexLogin({ command, env, place, own: join(own, folder.path) });
  }
  const beside = moved === undefined ? known.beside : [];
  for (const path of beside) standIns.push(...(await shown(futurePath(home), path)));
  return standIns;
}

async function openFolder(folder: AgentFolder, place: string, own: string): Promise<StandIn[]> {
  await mkdir(own, { recursive: true, mode: 0o700 });
  const isSetting = picomatch([...folder.settings], { dot: true });
  const names = await readdir(place).catch(() => []);
  const standIns: StandIn[] = [{ path: place, from: own, isWritable: true }];
  for (const name of names) {
    const isLive = folder.live.includes(name);
    if (!isLive && !isSetting(name)) continue;
    const [found] = await shown(place, name);
    if (found === undefined) continue;
    await makeMountPoint(join(own, name), (await stat(found.from)).isDirectory());
    standIns.push({ ...found, isWritable: isLive });
  }
  return standIns;
}

/** Read-only, also where it is a link to somewhere else; nothing where there is no such file. */
async function shown(folder: string, name: string): Promise<StandIn[]> {
  try {
    const path = join(futurePath(dirname(join(folder, name))), basename(name));
    return [{ path, from: await realpath(path), isWritable: false }];
  } catch {
    return [];
  }
}

/** The agent may have put something else there, such as a link, and whatever follows a link would follow it out of the sandbox. */
async function makeMountPoint(path: string, isFolder: boolean): Promise<void> {
  const found = await lstat(path).catch(() => null);
  if (found !== null && (isFolder ? found.isDirectory() : found.isFile())) return;
  await rm(path, { recursive: true, force: true });
  await (isFolder ? mkdir(path) : writeFile(path, '', { flag: 'wx' }));
}
