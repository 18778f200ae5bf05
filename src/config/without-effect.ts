import type { Config } from './config.js';

/** A setting that is accepted, and that this version does nothing with. */
export interface WithoutEffect {
  key: string;
  /** What does not happen. */
  effect: string;
  /** What to do instead. */
  advice: string;
}

/** The settings of a configuration that a person should know to be without effect. */
export function settingsWithoutEffect({ worker }: Config): WithoutEffect[] {
  return [
    ...(isSet(worker.ssh_hosts)
      ? [
          {
            key: 'worker.ssh_hosts',
            effect: 'this version starts nothing over ssh',
            advice: 'run `continuo worker` on each of those hosts instead',
          },
        ]
      : []),
  ];
}

function isSet(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null && value !== '';
}
