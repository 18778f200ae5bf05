import type { ConfigView } from '../domain/config-view.js';
import type { FrontMatter } from './schema.js';

/** A resolved workflow file: paths absolute, defaults in place. Secrets stay named as `$VAR`. Frozen. */
export interface Config extends Omit<FrontMatter, 'project' | 'workspace' | 'tracker' | 'repository'> {
  /** SHA-256 of the file's path and text, in hex: finds this configuration in a host's store. */
  readonly hash: string;
  /** Absolute path of the workflow file. */
  readonly file: string;
  /** The project's id: `project.name`, else tracker kind and scope, else repository name and hash. */
  readonly project: string;
  readonly tracker: FrontMatter['tracker'] & { active_states: string[]; terminal_states: string[] };
  readonly workspace: { readonly root: string };
  readonly repository: (NonNullable<FrontMatter['repository']> & { readonly id: string }) | null;
  /** The file as it was read: a host's store keeps this and parses it again. */
  readonly text: string;
  /** The prompt template: the trimmed body of the file. */
  readonly prompt: string;
}

export type { ConfigView };
