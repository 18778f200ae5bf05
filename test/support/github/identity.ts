import type { Node, World } from './world.js';

const prefixes: Record<Node['kind'], string> = {
  user: 'U',
  label: 'LA',
  issue: 'I',
  comment: 'IC',
  pull: 'PR',
  review: 'PRR',
  thread: 'PRRT',
  reviewComment: 'PRRC',
  projectItem: 'PVTI',
  checkRun: 'CR',
  checkSuite: 'CS',
  status: 'SC',
  workflowRun: 'WFR',
  repository: 'R',
};

/** The id that GraphQL knows a thing by. */
export function nodeId({ kind, id }: Pick<Node, 'kind' | 'id'>): string {
  return `${prefixes[kind]}_kwDO${Buffer.from(String(id)).toString('base64url')}`;
}

/** The same thing with an id of its own, found again by its node id. */
export function register<T extends Node>(world: World, thing: Omit<T, 'id'>): T {
  const whole = Object.assign(thing, { id: nextId(world) }) as unknown as T;
  world.nodes.set(nodeId(whole), whole);
  return whole;
}

export function nextId(world: World): number {
  world.lastId += 1;
  return world.lastId;
}

/** To the second, as GitHub has it. */
export function now(world: World): string {
  return world
    .now()
    .toISOString()
    .replace(/\.\d+Z$/, 'Z');
}
