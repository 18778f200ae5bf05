import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Config } from './config.js';
import { allowedBy, describe, problemsOf } from './describe.js';
import type { Environment } from './environment.js';
import { expandPath, expandVariables } from './expand-path.js';
import type { Expanded } from './expand-path.js';
import { isMap } from './front-matter.js';
import { invalid, readParts } from './parts.js';
import { projectId } from './project-id.js';
import { isRemoteUrl, repositoryId } from './repository-url.js';
import { crossFieldProblems } from './rules.js';
import { FrontMatter } from './schema.js';
import { trackerProfile } from './tracker-profiles.js';

/**
 * Makes the configuration of a workflow file (SPEC 5, 6): YAML, defaults, paths and `$VAR`, then
 * the rules. `file` is the file's absolute path. Pure, apart from the home and temporary
 * directories. Throws a `ConfigError` that lists every problem; `promptProblem` looks at the template.
 */
export function parseConfig(file: string, text: string, env: Environment): Config {
  const { data, body } = readParts(file, text);
  const filled = withoutBlanks(data);
  const parsed = FrontMatter.safeParse(filled, { error: allowedBy });
  if (!parsed.success) throw invalid(file, 'config_invalid', problemsOf(parsed.error, filled));

  const front = parsed.data;
  const problems = crossFieldProblems(front);
  const root = workspaceRoot(front, file, env);
  const url = repositoryUrl(front, file, env);
  for (const { key, found, value } of [root, url]) {
    if (value.kind === 'path') continue;
    const allowed = `a path whose variables are set; the environment variable ${value.variable} is not`;
    problems.push({ code: 'config_invalid', key, found: describe(found), allowed });
  }
  const [first] = problems;
  if (first !== undefined) throw invalid(file, first.code, problems);

  const repository = front.repository && {
    ...front.repository,
    url: pathOf(url.value),
    id: repositoryId(pathOf(url.value)),
  };
  return deepFreeze<Config>({
    ...front,
    // Of the text alone: the file may be elsewhere on each host, and `$VAR` has a value of its own there.
    hash: createHash('sha256').update(text).digest('hex'),
    file,
    text,
    project: projectId(front.project.name, repository?.id ?? null, file),
    tracker: withStates(front.tracker),
    workspace: { root: pathOf(root.value) },
    repository: repository ?? null,
    prompt: body.trim(),
  });
}

/**
 * A key without a value counts as left out, and a section without content as empty: `verify:` alone
 * must not turn verification off. What belongs to the tracker's adapter stays as it is.
 */
function withoutBlanks(data: Record<string, unknown>): Record<string, unknown> {
  const sections = Object.entries(data).map(([key, section]): [string, unknown] => {
    if (section === null && key !== 'schedules') return [key, {}];
    return [key, dropBlanks(section)];
  });
  return Object.fromEntries(sections);
}

function dropBlanks(value: unknown): unknown {
  if (value === null) return undefined;
  if (Array.isArray(value))
    return value.map((entry: unknown): unknown => (entry === null ? null : dropBlanks(entry)));
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [
      key,
      key === 'provider' && entry !== null ? entry : dropBlanks(entry),
    ]),
  );
}

interface ResolvedPath {
  key: string;
  found: string;
  value: Expanded;
}

function workspaceRoot({ workspace }: FrontMatter, file: string, env: Environment): ResolvedPath {
  const found = workspace.root ?? join(tmpdir(), 'symphony_workspaces');
  return { key: 'workspace.root', found, value: expandPath(found, dirname(file), env) };
}

/** Only a value that is a path is touched: URLs stay as they are written (SPEC 6.1). */
function repositoryUrl({ repository }: FrontMatter, file: string, env: Environment): ResolvedPath {
  const found = repository?.url ?? '.';
  const key = 'repository.url';
  if (isRemoteUrl(found)) return { key, found, value: { kind: 'path', path: found } };
  const value = expandVariables(found, env);
  if (value.kind === 'unset' || isRemoteUrl(value.path)) return { key, found, value };
  return { key, found, value: expandPath(found, dirname(file), env) };
}

function pathOf(value: Expanded): string {
  return value.kind === 'path' ? value.path : '';
}

function withStates(tracker: FrontMatter['tracker']): Config['tracker'] {
  const profile = trackerProfile(tracker.kind);
  return {
    ...tracker,
    active_states: tracker.active_states ?? [...(profile?.activeStates ?? [])],
    terminal_states: tracker.terminal_states ?? [...(profile?.terminalStates ?? [])],
  };
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value) as unknown[]) {
    if (typeof part === 'object' && part !== null) deepFreeze(part);
  }
  return Object.freeze(value);
}
