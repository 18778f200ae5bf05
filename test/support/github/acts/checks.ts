import { tell } from '../happenings.js';
import { now, register } from '../identity.js';
import { userNamed } from '../people.js';
import type { App, CheckRun, CheckSuite, CommitStatus, Repository, User, World } from '../world.js';

type Settable = 'status' | 'conclusion' | 'externalId' | 'detailsUrl' | 'startedAt' | 'completedAt';
export type CheckEdit = { [key in Settable]?: CheckRun[key] | undefined } & {
  output?: Partial<CheckRun['output']> | undefined;
};

/** The app that GitHub's own checks come from. */
export function actionsApp(world: World): App {
  const slug = 'github-actions';
  const known = world.apps.find((app) => app.slug === slug);
  if (known !== undefined) return known;
  const owner = userNamed(world, 'github', { type: 'Organization' });
  const app: App = {
    id: 15_368,
    slug,
    name: 'GitHub Actions',
    owner,
    publicKey: '',
    permissions: { checks: 'write' },
    createdAt: now(world),
  };
  world.apps.push(app);
  return app;
}

export function addCheck(
  world: World,
  repository: Repository,
  by: User,
  { app, suite, name, sha, ...edit }: { app: App; suite?: CheckSuite; name: string; sha: string } & CheckEdit,
): CheckRun {
  const checkRun = register<CheckRun>(world, {
    kind: 'checkRun',
    suite: suite ?? suiteOf(world, repository, app, sha),
    name,
    sha,
    status: 'queued',
    conclusion: null,
    externalId: null,
    detailsUrl: null,
    output: { title: null, summary: null, text: null },
    startedAt: now(world),
    completedAt: null,
  });
  repository.checkRuns.push(checkRun);
  apply(world, checkRun, edit);
  tell(world, { event: 'check_run', action: 'created', by, repository, checkRun });
  if (checkRun.status === 'completed') tellCompleted(world, repository, by, checkRun);
  return checkRun;
}

export function editCheck(world: World, repository: Repository, by: User, run: CheckRun, edit: CheckEdit) {
  const wasCompleted = run.status === 'completed';
  apply(world, run, edit);
  if (!wasCompleted && run.status === 'completed') tellCompleted(world, repository, by, run);
}

/** A conclusion completes. */
function apply(world: World, run: CheckRun, { output, ...edit }: CheckEdit): void {
  const named = Object.entries(edit).filter(([, value]) => value !== undefined);
  Object.assign(run, Object.fromEntries(named));
  run.output = { ...run.output, ...output };
  if (run.conclusion !== null) run.status = 'completed';
  if (run.status === 'completed') run.completedAt ??= now(world);
}

function tellCompleted(world: World, repository: Repository, by: User, checkRun: CheckRun): void {
  tell(world, { event: 'check_run', action: 'completed', by, repository, checkRun });
  const { suite } = checkRun;
  const others = repository.checkRuns.filter((each) => each.suite === suite);
  if (others.every(({ status }) => status === 'completed'))
    tell(world, { event: 'check_suite', action: 'completed', by, repository, suite });
}

function suiteOf(world: World, repository: Repository, app: App, sha: string): CheckSuite {
  const known = repository.suites.find((suite) => suite.app === app && suite.sha === sha);
  if (known !== undefined) return known;
  const suite = register<CheckSuite>(world, { kind: 'checkSuite', app, sha, createdAt: now(world) });
  repository.suites.push(suite);
  return suite;
}

export function addStatus(
  world: World,
  repository: Repository,
  by: User,
  wanted: Pick<CommitStatus, 'sha' | 'context' | 'state' | 'description' | 'targetUrl'>,
): CommitStatus {
  const status = register<CommitStatus>(world, {
    kind: 'status',
    ...wanted,
    creator: by,
    createdAt: now(world),
  });
  repository.statuses.push(status);
  tell(world, { event: 'status', by, repository, status });
  return status;
}

/** The last check run of each app and name on a commit. */
export function checksOn({ checkRuns }: Repository, sha: string): CheckRun[] {
  const last = new Map(
    checkRuns.filter((run) => run.sha === sha).map((run) => [`${run.suite.app.slug}\0${run.name}`, run]),
  );
  return [...last.values()];
}

/** The last status of each context on a commit. */
export function statusesOn({ statuses }: Repository, sha: string): CommitStatus[] {
  return [
    ...new Map(statuses.filter((each) => each.sha === sha).map((each) => [each.context, each])).values(),
  ];
}

export type Outcome = 'success' | 'pending' | 'failure';

export function outcomeOf(of: CheckRun | CommitStatus): Outcome {
  if (of.kind === 'checkRun') {
    if (of.conclusion === null) return 'pending';
    return ['success', 'neutral', 'skipped'].includes(of.conclusion) ? 'success' : 'failure';
  }
  return of.state === 'error' ? 'failure' : of.state;
}

/** The outcomes on a commit by the contexts that a protection names. */
export function outcomesOn(repository: Repository, sha: string): Map<string, Outcome> {
  return new Map<string, Outcome>([
    ...statusesOn(repository, sha).map((each) => [each.context, outcomeOf(each)] as const),
    ...checksOn(repository, sha).map((each) => [each.name, outcomeOf(each)] as const),
  ]);
}
