import type { GitHubProvider } from '../../../config/github-provider.js';
import type { GitHubClient } from '../../github/client.js';
import { orNull } from '../../github/errors.js';
import type { GitHubPlace } from './place.js';
import { Nothing } from './schema.js';

type Signs = Pick<GitHubProvider, 'claim_label' | 'claim_assignee'>;

const route = 'repos/{owner}/{repo}/issues/{issue_number}';
const kind = 'claim';

/** What people see of a claim: a label, an assignee, or both. */
export function createMarks(client: GitHubClient, { names }: GitHubPlace, signs: Signs) {
  const { claim_label: label, claim_assignee: assignee } = signs;
  const at = (number: number) => ({ ...names, issue_number: number });
  return {
    async put(number: number): Promise<void> {
      if (label !== null)
        await client.write(
          { kind, route: `POST /${route}/labels`, parameters: { ...at(number), labels: [label] } },
          Nothing,
        );
      if (assignee !== null) {
        const parameters = { ...at(number), assignees: [assignee] };
        await client.write({ kind, route: `POST /${route}/assignees`, parameters }, Nothing);
      }
    },

    async remove(number: number): Promise<void> {
      if (label !== null) {
        const parameters = { ...at(number), name: label };
        await orNull(client.write({ kind, route: `DELETE /${route}/labels/{name}`, parameters }, Nothing));
      }
      if (assignee !== null) {
        const parameters = { ...at(number), assignees: [assignee] };
        await orNull(client.write({ kind, route: `DELETE /${route}/assignees`, parameters }, Nothing));
      }
    },
  };
}
