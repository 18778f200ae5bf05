import type { Octokit } from 'octokit';
import { z } from 'zod';
import type { Environment } from '../../config/environment.js';
import type { Access } from './auth.js';
import { CredentialError, logIn } from './auth.js';

const Authentication = z.object({ token: z.string() });

/**
 * Gives the authorization by which git is let in at GitHub, or null where no credential is set: then git asks the user's own
 * helpers. The token of an App is renewed before it expires. Throws what a request for that throws.
 */
export function createGitCredential(access: Access, env: Environment): () => Promise<string | null> {
  let client: Octokit | null = null;
  return async () => {
    try {
      client ??= await logIn(access, env);
      // A token is what it is, whatever it is asked for.
      const { token } = Authentication.parse(await client.auth({ type: 'installation' }));
      return `Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`;
    } catch (error) {
      if (error instanceof CredentialError) return null;
      throw error;
    }
  };
}

/** Whether git reaches this address over HTTP at the GitHub of that API; in the clear on the machine itself only. */
export function isOnGitHub(url: string, apiUrl: string): boolean {
  if (!URL.canParse(url)) return false;
  const [there, api] = [new URL(url), new URL(apiUrl)];
  return there.protocol === api.protocol && there.host === api.host.replace(/^api\./, '');
}
