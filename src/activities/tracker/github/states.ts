import type { GitHubProvider } from '../../../config/github-provider.js';
import { normalizeState } from '../../../domain/issue.js';
import type { GitHubClient } from '../../github/client.js';
import { orNull } from '../../github/errors.js';
import { TrackerError } from '../error.js';
import type { GitHubPlace } from './place.js';
import type { GitHubIssue } from './schema.js';
import { Nothing } from './schema.js';

type Labels = GitHubProvider['state_labels'];

const route = 'repos/{owner}/{repo}/issues/{issue_number}';
const kind = 'states';

/** States that an issue of this configuration can have. */
export function statesOf(labels: Labels): string[] {
  return ['open', 'closed', ...Object.keys(labels)];
}

/** Gives an issue a state by opening or closing it, and by its label. Key: the state. */
export async function moveTo(
  { client, place, labels }: { client: GitHubClient; place: GitHubPlace; labels: Labels },
  issue: GitHubIssue,
  state: string,
): Promise<void> {
  const wanted = statesOf(labels).find((one) => normalizeState(one) === normalizeState(state));
  if (wanted === undefined) {
    const message = `GitHub has no state ${state}: it has ${statesOf(labels).join(', ')}; tracker.provider.state_labels gives labels for others`;
    throw new TrackerError('invalid_tracker_config', message);
  }
  const parameters = { ...place.names, issue_number: issue.number };
  const label = labels[wanted];
  const others = issue.labels.filter(
    (name) => Object.values(labels).some((one) => isSame(one, name)) && !isSame(name, label ?? ''),
  );
  if (label !== undefined && !issue.labels.some((name) => isSame(name, label)))
    await client.write(
      { kind, route: `POST /${route}/labels`, parameters: { ...parameters, labels: [label] } },
      Nothing,
    );
  const isOpen = wanted !== 'closed';
  if (isOpen !== (issue.state === 'open')) {
    const state = isOpen ? 'open' : 'closed';
    await client.write({ kind, route: `PATCH /${route}`, parameters: { ...parameters, state } }, Nothing);
  }
  for (const name of others)
    await orNull(
      client.write(
        { kind, route: `DELETE /${route}/labels/{name}`, parameters: { ...parameters, name } },
        Nothing,
      ),
    );
}

function isSame(one: string, other: string): boolean {
  return normalizeState(one) === normalizeState(other);
}
