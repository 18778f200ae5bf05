import { join } from 'node:path';
import type { Config } from '../../src/config/config.js';
import { parseConfig } from '../../src/config/parse.js';
import type { LiveHands } from './hands.js';
import { variables } from './place.js';

/** A project whose issues and changes are in the live repository. */
export function liveConfig({ place, repository }: LiveHands, folder = '/srv/shop'): Config {
  const access = `repo: ${place.repo}, api_url: "${place.apiUrl}", token: $${variables.token}`;
  const text = `---
project: { name: continuo-live }
tracker:
  kind: github
  provider: { ${access}, state_labels: { In Progress: in progress }, refresh_ms: 1 }
repository: { url: ${repository.cloneUrl}, base: ${repository.base} }
forge: { kind: github, provider: { ${access} } }
land: { mode: pull_request }
agent: { kind: command }
command: { run: 'true' }
---
Do it.
`;
  return parseConfig(join(folder, 'WORKFLOW.md'), text, {});
}
