import { CredentialError } from './auth.js';
import type { GitHubErrorKind } from './errors.js';
import { GitHubError } from './errors.js';

const page = 'docs/trackers/github.md';

/** What a person can do about each, where it is more than waiting. */
const advices: Partial<Record<GitHubErrorKind, string>> = {
  unauthorized: `give the worker a token that is valid (${page}), and start it again`,
  forbidden: `the token or the App lacks a permission (${page} has those that are needed)`,
  not_found: 'see that the repository has this name, and that the token or the App may see it',
};

export interface Explanation {
  message: string;
  advice: string | null;
}

/** What an error of GitHub's means for people; null for any other error. */
export function explain(error: unknown): Explanation | null {
  if (error instanceof CredentialError) return { message: error.message, advice: null };
  if (!(error instanceof GitHubError)) return null;
  return { message: error.message, advice: advices[error.kind] ?? null };
}
