/** A repository at a GitHub in which tests may write. */
export interface LivePlace {
  token: string;
  /** `owner/name`. */
  repo: string;
  apiUrl: string;
}

/** What says where it is. The token is taken from there by what is tested, too. */
export const variables = {
  token: 'CONTINUO_LIVE_GITHUB_TOKEN',
  repo: 'CONTINUO_LIVE_GITHUB_REPO',
  apiUrl: 'CONTINUO_LIVE_GITHUB_API_URL',
};

/** Null where the environment does not name one. */
export function livePlace(env: NodeJS.ProcessEnv = process.env): LivePlace | null {
  const token = env[variables.token] ?? '';
  const repo = env[variables.repo] ?? '';
  if (token === '' || repo === '') return null;
  return { token, repo, apiUrl: env[variables.apiUrl] ?? 'https://api.github.com' };
}
