import { Octokit } from 'octokit';
import type { GitHub } from './github.js';

/** The real client against a GitHub, mostly the fake. It neither waits nor asks again: a test sees each answer. */
export function octokitFor(github: Pick<GitHub, 'apiUrl'>, auth?: string): Octokit {
  return new Octokit({
    baseUrl: github.apiUrl,
    ...(auth === undefined ? {} : { auth }),
    throttle: { enabled: false },
    retry: { enabled: false },
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  });
}

function quiet(): void {
  // A refusal that a test wants is no news.
}
