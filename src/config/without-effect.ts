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
export function settingsWithoutEffect({ schedules, worker }: Config): WithoutEffect[] {
  return [
    ...(schedules.length === 0
      ? []
      : [
          {
            key: 'schedules',
            effect: 'this version starts nothing by schedule',
            advice: 'let cron or the like run `continuo start`',
          },
        ]),
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
