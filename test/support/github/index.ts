import { GitHub } from './github.js';

export type { Fault } from './faults.js';
export { GitHub } from './github.js';
export type { RepositoryOptions, TokenOptions } from './github.js';
export { GitHubRepository } from './repository.js';
export type { HttpCall } from './server.js';
export type * from './world.js';

/** A GitHub of its own for a test, a demo or a program. The clock is the machine's unless told otherwise. */
export const openGitHub = (options: { clock?: () => Date } = {}): Promise<GitHub> => GitHub.open(options);
