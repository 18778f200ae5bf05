import { z } from 'zod';
import { GitHubError } from '../../github/errors.js';
import type { GitHubForge } from './open.js';
import type { Pull } from './pull.js';
import { pulls } from './pull.js';

const issues = 'repos/{owner}/{repo}/issues';

/** Key: the labels. GitHub makes those that it does not have. */
export async function addLabels({ client, place, provider }: GitHubForge, { number }: Pull): Promise<void> {
  const { labels } = provider;
  if (labels.length === 0) return;
  const parameters = { ...place.names, issue_number: number, labels };
  await client.write(
    { kind: 'labels', route: `POST /${issues}/{issue_number}/labels`, parameters },
    z.unknown(),
  );
}

/**
 * Asks people and teams for a review, each by itself, so that one who cannot be asked is no harm to the others; returns
 * who cannot be. GitHub takes no request to the author, and asks the owners of code by itself.
 */
export async function askReviewers(forge: GitHubForge, { number, user }: Pull): Promise<string[]> {
  const { client, place, provider } = forge;
  const isAuthor = (login: string) => login.toLowerCase() === user?.login.toLowerCase();
  const wishes = [
    ...provider.reviewers
      .filter((login) => !isAuthor(login))
      .map((login) => ({ who: login, reviewers: [login] })),
    ...provider.team_reviewers.map((team) => ({ who: `the team ${team}`, team_reviewers: [team] })),
  ];
  const refused: string[] = [];
  for (const { who, ...asked } of wishes) {
    const parameters = { ...place.names, pull_number: number, ...asked };
    const route = `POST /${pulls}/{pull_number}/requested_reviewers`;
    try {
      await client.write({ kind: 'reviewers', route, parameters }, z.unknown());
    } catch (error) {
      if (!(error instanceof GitHubError) || !['validation', 'not_found', 'forbidden'].includes(error.kind))
        throw error;
      refused.push(who);
    }
  }
  return refused;
}
