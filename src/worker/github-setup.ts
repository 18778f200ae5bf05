import { z } from 'zod';
import { logIn } from '../activities/github/auth.js';
import { createGitHubClient } from '../activities/github/client.js';
import { GitHubError } from '../activities/github/errors.js';
import { explain } from '../activities/github/explain.js';
import { activityMeter } from '../activities/github/meter.js';
import { namesOf, noName } from '../activities/github/names.js';
import type { Config } from '../config/config.js';
import { GitHubProvider } from '../config/github-provider.js';
import { run } from './engine/run.js';

/** The address of the remote `origin` of a checkout, or null where it has none. */
export async function originOf(root: string, env: NodeJS.ProcessEnv): Promise<string | null> {
  try {
    return (await run('git', ['-C', root, 'remote', 'get-url', 'origin'], { env })).trim();
  } catch {
    return null;
  }
}

export type LabelsOutcome = { kind: 'made'; labels: string[] } | { kind: 'failed'; message: string };

const Labels = z.array(z.object({ name: z.string() }));
const kind = 'labels';
const route = 'repos/{owner}/{repo}/labels';

/** Makes the labels that the configuration names and the repository does not have. Key: their names. */
export async function makeLabels(config: Config, env: NodeJS.ProcessEnv): Promise<LabelsOutcome> {
  const provider = GitHubProvider.parse(config.tracker.provider);
  const names = namesOf(provider, config, env);
  if (names === null) return { kind: 'failed', message: noName };
  const client = createGitHubClient({
    meter: activityMeter,
    logIn: () => logIn({ ...provider, repository: names }, env),
  });
  try {
    const there = await client.list({ kind, route: `GET /${route}`, parameters: { ...names } }, Labels);
    const missing = labelsOf(config, provider).filter(
      (label) => !there.some(({ name }) => isSame(name, label)),
    );
    for (const name of missing)
      await orThere(
        client.write({ kind, route: `POST /${route}`, parameters: { ...names, name } }, z.unknown()),
      );
    return { kind: 'made', labels: missing };
  } catch (error) {
    const explained = explain(error);
    if (explained === null) throw error;
    const { message, advice } = explained;
    return { kind: 'failed', message: advice === null ? message : `${message}; ${advice}` };
  }
}

function labelsOf({ tracker }: Config, { claim_label, state_labels }: GitHubProvider): string[] {
  const all = [...tracker.required_labels, ...(claim_label === null ? [] : [claim_label])];
  all.push(...Object.values(state_labels));
  return all.filter((one, index) => all.findIndex((other) => isSame(one, other)) === index);
}

const isSame = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

/** Somebody else may have made it meanwhile. */
async function orThere(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof GitHubError && error.kind === 'validation')) throw error;
  }
}
