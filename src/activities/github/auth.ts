import { readFile } from 'node:fs/promises';
import { App, Octokit } from 'octokit';
import type { Environment } from '../../config/environment.js';
import { variable } from '../../config/environment.js';
import type { GitHubAccess } from '../../config/github-provider.js';
import { usualTokenVariables, variableName } from '../../config/github-provider.js';

/** What is missing before GitHub can be asked as somebody. */
export class CredentialError extends Error {
  override readonly name = 'CredentialError';
}

export interface Access extends Pick<GitHubAccess, 'api_url' | 'token' | 'app'> {
  /** Where an App's installation is looked for. */
  repository: { owner: string; repo: string };
}

/** Temporal owns the retries, and a pause is shown to people instead of being slept through. */
const quiet = { debug: silent, info: silent, warn: silent, error: silent };
export const clientOptions = (baseUrl: string) => ({
  baseUrl,
  userAgent: 'continuo',
  throttle: { enabled: false },
  retry: { enabled: false },
  log: quiet,
});

/**
 * Makes a client that speaks as the token, or as the installation of a GitHub App, whose tokens it renews before they
 * expire. Throws a `CredentialError` where something is not set, and what a request throws where an installation is
 * looked for.
 */
export async function logIn(access: Access, env: Environment): Promise<Octokit> {
  const { api_url: baseUrl, app } = access;
  if (app !== undefined) return logInAsApp(access, app, env);
  return new Octokit({ ...clientOptions(baseUrl), auth: tokenOf(access, env) });
}

async function logInAsApp(
  { api_url: baseUrl, repository }: Access,
  { id, private_key, installation_id }: NonNullable<GitHubAccess['app']>,
  env: Environment,
): Promise<Octokit> {
  const app = new App({
    appId: id,
    privateKey: await keyOf(variableName(private_key), env),
    Octokit: Octokit.defaults(clientOptions(baseUrl)),
    log: quiet,
  });
  const installation = installation_id ?? (await findInstallation(app, repository));
  return app.getInstallationOctokit(Number(installation));
}

async function findInstallation(app: App, repository: Access['repository']): Promise<number> {
  const { data } = await app.octokit.request('GET /repos/{owner}/{repo}/installation', repository);
  return data.id;
}

function tokenOf({ token }: Access, env: Environment): string {
  const names = token === undefined ? usualTokenVariables : [variableName(token)];
  const found = names.map((name) => variable(env, name)).find((value) => value !== undefined);
  if (found !== undefined) return found.trim();
  const unset = `${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'} not set`;
  throw new CredentialError(
    `${unset} where the worker runs: set it to a token of GitHub, or name an App (docs/trackers/github.md)`,
  );
}

/** The variable has the key itself, or the path of its file. */
async function keyOf(name: string, env: Environment): Promise<string> {
  const value = variable(env, name);
  if (value === undefined)
    throw new CredentialError(`${name} is not set where the worker runs: it has the key of the App`);
  // One line of an environment file has its ends of lines written out.
  if (value.includes('-----BEGIN')) return value.replaceAll('\\n', '\n');
  try {
    return await readFile(value, 'utf8');
  } catch (error) {
    const why = `${name} is neither a private key nor the path of a file that can be read`;
    throw new CredentialError(why, { cause: error });
  }
}

function silent(): void {
  // Failures are told by whoever asked.
}
