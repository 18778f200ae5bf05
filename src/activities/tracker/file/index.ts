import type { Config } from '../../../config/config.js';
import { isRemoteUrl } from '../../../config/repository-url.js';
import { FileProvider } from '../../../config/tracker-profiles.js';
import { normalizeState } from '../../../domain/issue.js';
import type { Issue } from '../../../domain/issue.js';
import type { Problem } from '../../../domain/project.js';
import { GitError } from '../../git/git.js';
import type { FileEdit, TreeReader } from '../../git/landing-edits.js';
import type { Mirror } from '../../git/mirror.js';
import { RepositoryError } from '../../git/repository-error.js';
import { TrackerError } from '../error.js';
import type { Tracker } from '../tracker.js';
import { setState } from './state-edit.js';
import { fileTools } from './tools.js';
import { createLockWatch } from './lock-watch.js';
import { readTaskFolder } from './task-folder.js';
import type { TaskFolder } from './task-folder.js';
import { identifierOf, isTaskPath } from './task-name.js';
import { uncommittedProblems } from './working-tree.js';

/** The part of a repository's mirror that the tracker reads. */
export type CommittedFiles = Pick<Mirror, 'fetch' | 'resolve' | 'listFiles' | 'readFiles'>;

interface Read {
  commit: string;
  files: ReadonlyMap<string, string | null>;
  folder: TaskFolder;
}

/** git itself waits for ever for a server that took the connection and says nothing. */
const longestAnswerMs = 120_000;

/**
 * Tasks as committed Markdown files at the head of the base branch (docs/trackers/file.md). Their
 * state changes by commits on that branch only.
 */
export function createFileTracker(
  config: Config,
  repository: CommittedFiles,
  { answerMs = longestAnswerMs, lockedFor = createLockWatch() } = {},
): Tracker {
  const { path } = FileProvider.parse(config.tracker.provider);
  const base = config.repository?.base ?? '';
  const url = config.repository?.url ?? '';
  const { active_states, terminal_states } = config.tracker;
  const rules = { initial: active_states[0] ?? 'Todo', terminal: terminal_states };
  let last: Read | null = null;

  /** The same commit has the same tasks: it is read once. */
  async function read(): Promise<Read> {
    const commit = await headOf(repository, { base, url, answerMs });
    if (last?.commit === commit) return last;
    const files = await filesOf(repository, commit, path);
    last = { commit, files, folder: readTaskFolder(files, rules) };
    return last;
  }

  /** A base that moved during the comparison was compared with other files: the next look tells. */
  async function readUncommitted({ commit, files }: Read): Promise<Problem[]> {
    if (isRemoteUrl(url)) return [];
    const found = await uncommittedProblems({ repository: url, folder: path, base, lockedFor }, files);
    const hasMoved = found.length > 0 && (await headOf(repository, { base, url, answerMs })) !== commit;
    return hasMoved ? [] : found;
  }

  async function fetchIssuesByIds(ids: readonly string[]): Promise<Issue[]> {
    if (ids.length === 0) return [];
    const { folder } = await read();
    const malformed = ids.filter((id) => folder.malformed.has(id));
    const [broken] = malformed;
    if (broken !== undefined) {
      const where = folder.problems.find((problem) => identifierOf(problem.where) === broken);
      const detail = where === undefined ? broken : `${where.where}: ${where.message}`;
      const message = `the task file of ${broken} cannot be used: ${detail}`;
      throw new TrackerError('tracker_response', message, { malformed });
    }
    return [...new Set(ids)].flatMap((id) => folder.issues.get(id) ?? []);
  }

  async function findIssue(identifier: string): Promise<Issue | null> {
    return (await fetchIssuesByIds([identifier]))[0] ?? null;
  }

  async function stateEdits(issueId: string, state: string, tree: TreeReader): Promise<FileEdit[]> {
    const paths = (await tree.listFiles(path)).filter(
      (file) => isTaskPath(file) && identifierOf(file) === issueId,
    );
    const [file] = paths;
    if (file === undefined || paths.length > 1) return [];
    const text = await tree.readFile(file);
    const content = text === null ? null : setState(text, state);
    return content === null || content === text ? [] : [{ path: file, content }];
  }

  return {
    fetchIssuesByIds,

    async fetchIssuesByStates(states) {
      if (states.length === 0) return { issues: [], problems: [] };
      const wanted = new Set(states.map(normalizeState));
      const now = await read();
      const { folder } = now;
      const dirty = await readUncommitted(now);
      return {
        issues: [...folder.issues.values()].filter((issue) => wanted.has(normalizeState(issue.state))),
        problems: [...folder.problems, ...dirty],
      };
    },

    findIssue,

    stateEdits,

    tools: (context) => fileTools(config, findIssue, context),

    async landingEdits({ issueId, source }, tree) {
      // A prompt may have the name of a task file by chance.
      return source === 'prompt' ? [] : stateEdits(issueId, terminal_states[0] ?? 'Done', tree);
    },
  };
}

async function headOf(
  repository: CommittedFiles,
  { base, url, answerMs }: { base: string; url: string; answerMs: number },
): Promise<string> {
  const limit = AbortSignal.timeout(answerMs);
  const commit = await request(async () => {
    await repository.fetch(limit).catch((error: unknown) => {
      const message = `the repository ${url} has not answered within ${answerMs / 1_000} s`;
      throw limit.aborted ? new TrackerError('tracker_request', message, { cause: error }) : error;
    });
    return repository.resolve(base);
  });
  if (commit === null) throw new TrackerError('tracker_request', `there is no branch ${base} in ${url}`);
  return commit;
}

async function filesOf(
  repository: CommittedFiles,
  commit: string,
  folder: string,
): Promise<Map<string, string | null>> {
  return request(async () => {
    const paths = (await repository.listFiles(commit, folder)).filter(isTaskPath);
    const texts = paths.length === 0 ? new Map<string, string>() : await repository.readFiles(commit, paths);
    return new Map(paths.map((path) => [path, texts.get(path) ?? null]));
  });
}

/** What git says becomes the tracker's own error, by category (SPEC 11.4). */
async function request<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof RepositoryError) && !(error instanceof GitError)) throw error;
    throw new TrackerError('tracker_request', error.message, { cause: error });
  }
}
