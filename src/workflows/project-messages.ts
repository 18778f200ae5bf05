import {
  ApplicationFailure,
  getExternalWorkflowHandle,
  patched,
  setHandler,
  uuid4,
} from '@temporalio/workflow';
import { known, slotsToGrant } from '../domain/project.js';
import { taskWorkflowId } from '../domain/task.js';
import type { Fields } from './accept.js';
import { accept } from './accept.js';
import * as messages from './messages.js';
import type { NoteMessage } from './messages.js';
import { acceptRaiseForAll, countSpent } from './project-budget.js';
import type { Project } from './project-context.js';
import { publishProject, remark } from './project-context.js';
import { handleChanges, restartChanges } from './project-changes.js';
import { heed } from './project-holds.js';
import { acceptDrain } from './project-drain.js';
import { joinHost } from './project-hosts.js';
import { configure, startTask } from './project-dispatch.js';
import { handleSchedules } from './project-schedules.js';
import { tracker } from './proxies.js';
import { deliver } from './deliver.js';

/** Registers every message of a project. Must run before the first await. */
export function handleProjectMessages(project: Project): void {
  const { state } = project;
  setHandler(messages.knownQuery, () => known(state));
  setHandler(messages.projectQuery, () => state);
  setHandler(messages.problemsQuery, () => state.problems);

  handleSchedules(project);
  handleChanges(project);

  setHandler(messages.taskReportSignal, async (report) => {
    const tracked = state.tasks[report.issue.id];
    const heeded = heed(project, report);
    if (tracked?.slot === 'held') lookForMore(project);
    publishProject(project);
    await heeded;
  });

  setHandler(messages.taskSettledSignal, ({ issueId, source, outcome, spent }) => {
    const tracked = state.tasks[issueId];
    countSpent(project, issueId, spent);
    delete state.tasks[issueId];
    // A prompt has no record in the tracker that could start it again.
    if (source === 'tracker') {
      state.settled[issueId] = { outcome, fingerprint: state.fingerprints[issueId] ?? null };
    }
    delete state.fingerprints[issueId];
    delete state.observed[issueId];
    if (tracked?.slot === 'held') lookForMore(project);
    publishProject(project);
  });

  setHandler(messages.configureSignal, async ({ config, host }) => {
    const isElsewhere = state.host !== host;
    const same = state.config.hash === config.hash && !isElsewhere;
    state.host = host;
    if (patched('sweep')) project.sweepAsked = true;
    // Histories of earlier versions have attended to nobody.
    if (patched('hosts')) joinHost(project, host, config.hash);
    const told = configure(project, config);
    const isWatching = state.problems.every(({ where }) => where !== 'scheduler');
    if (!same || !isWatching) project.restartWatch();
    if (isElsewhere) restartChanges(project);
    publishProject(project);
    await told;
  });

  setHandler(messages.hostJoinedSignal, ({ host, config }) => {
    joinHost(project, host, config);
    publishProject(project);
  });

  setHandler(messages.refreshSignal, () => {
    project.refreshAsked = true;
  });

  const taker = {
    seen: state.seenMessages,
    note: (text: string) => {
      remark(project, text);
      publishProject(project);
    },
  };
  const readNote = (fields: Fields): NoteMessage => ({
    ...fields.message(),
    note: fields.text('note'),
    now: fields.isTrue('now'),
  });

  accept(taker, messages.pauseUpdate, messages.pauseSignal, {
    read: readNote,
    refuse: ({ now }) =>
      state.pausedBy === null || now ? null : `the project is paused already, by ${state.pausedBy}`,
    apply: async (message) => {
      state.pausedBy = message.by;
      const count = await passOn(project, messages.pauseSignal, message);
      const how = message.now === true ? 'pause at once' : 'pause';
      return `paused by ${message.by}: nothing new starts, and ${count} live tasks ${how}`;
    },
  });

  accept(taker, messages.resumeUpdate, messages.resumeSignal, {
    read: readNote,
    refuse: () => (state.pausedBy === null ? 'the project is not paused' : null),
    apply: async (message) => {
      state.pausedBy = null;
      project.refreshAsked = true;
      const count = await passOn(project, messages.resumeSignal, message);
      return `resumed by ${message.by}: ${count} live tasks go on, but for those that were paused by themselves`;
    },
  });

  acceptRaiseForAll(project, taker, () => lookForMore(project));
  acceptDrain(project, taker);

  accept(taker, messages.startIssueUpdate, messages.startIssueSignal, {
    read: (fields) => ({ ...fields.message(), identifier: fields.text('identifier') }),
    refuse: ({ identifier }) => (identifier === '' ? 'the identifier is missing' : null),
    apply: ({ identifier }) => startIssue(project, identifier),
  });
}

/** A slot is free: it goes to a task that asks for one, else to whatever the tracker has. */
function lookForMore(project: Project): void {
  if (slotsToGrant(project.state).length === 0) project.refreshAsked = true;
}

/** Sends a person's message to every live task; one that does not apply there is ignored. */
async function passOn(
  project: Project,
  signal: typeof messages.pauseSignal,
  message: NoteMessage,
): Promise<number> {
  const tasks = Object.values(project.state.tasks);
  for (const { issue } of tasks) {
    const handle = getExternalWorkflowHandle(taskWorkflowId(project.state.project, issue.identifier));
    await deliver(() => handle.signal(signal, { ...message, id: uuid4(), all: true }));
  }
  return tasks.length;
}

async function startIssue(project: Project, identifier: string): Promise<string> {
  const { state } = project;
  const port = tracker({ project: state.project, host: state.host, summary: `Find ${identifier}` });
  const found = await port.find({ config: state.config.hash, identifier });
  if (found === null) {
    throw ApplicationFailure.nonRetryable(`the tracker has no issue ${identifier}`, 'no_such_issue');
  }
  if (Object.hasOwn(state.tasks, found.issue.id)) {
    throw ApplicationFailure.nonRetryable(`${identifier} has a live task already`, 'refused');
  }
  await startTask(project, found.issue, found.fingerprint, null);
  return `started ${identifier}; it runs as soon as a slot is free`;
}
