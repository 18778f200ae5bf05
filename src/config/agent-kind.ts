import type { Config } from './config.js';

/** The configuration as an agent of this kind is to have it, with the settings of its section. */
export function configOfKind(config: Config, kind: string): Config {
  return { ...config, agent: { ...config.agent, kind } };
}
