import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Environment } from './environment.js';

/**
 * The fixed id of a host, part of a task queue's name: `CONTINUO_HOST`, else made from the machine
 * (its id, else its name) and the data directory, because each data directory has a worker of its
 * own: two projects on one machine and one server must not get each other's activities. Containers
 * of one image may share a machine id: give each its own `CONTINUO_HOST`.
 */
export function hostId(env: Environment, dataRoot: string, machineIdFile = '/etc/machine-id'): string {
  const given = env.CONTINUO_HOST?.trim();
  if (given) return safeName(given);
  // systemd asks not to show the machine's id itself to anybody.
  return `host-${hashOf(`${machineId(machineIdFile) || hostname()} ${dataRoot}`)}`;
}

function machineId(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}

function safeName(name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(name)) return name;
  const plain = name.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[-._]+/, '');
  return `${plain.slice(0, 40)}-${hashOf(name)}`.replace(/^-/, '');
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
