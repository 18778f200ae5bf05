import type { GitHubErrorKind } from '../../github/errors.js';
import { GitHubError } from '../../github/errors.js';

/** What waiting does not mend, with what does. */
const remedies: Partial<Record<GitHubErrorKind, string>> = {
  forbidden: 'let the token or the App do that (docs/forges/github.md has the permissions)',
  not_found: 'see that the repository has this name, and that the token or the App may see it',
  validation: 'mend that',
  refused: 'mend that',
};

/** Whether a person has to act before GitHub does what was asked. */
export function needsPerson({ kind }: GitHubError): boolean {
  return remedies[kind] !== undefined;
}

/** GitHub's own sentence and what to do, without a full stop. */
export function inWords(error: GitHubError): string {
  const remedy = remedies[error.kind];
  return remedy === undefined ? error.message : `${error.message}: ${remedy}`;
}

/** What only a person can mend is an outcome. */
export async function orBlocked<T>(
  work: () => Promise<T>,
): Promise<T | { kind: 'blocked'; message: string }> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof GitHubError) || !needsPerson(error)) throw error;
    return { kind: 'blocked', message: inWords(error) };
  }
}
