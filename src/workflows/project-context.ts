import { condition, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { kindOf } from '../domain/hosts.js';
import type { ChangesAsked, ProjectState } from '../domain/project.js';
import { isStopped } from '../domain/project.js';
import { newSharedSpending } from '../domain/shared-budget.js';
import { escapeMarkdown } from '../domain/details.js';
import { keyword, projectAttribute } from './search-attributes.js';

/** A running project: its state, and what messages leave for the loops to find. */
export interface Project {
  readonly state: ProjectState;
  refreshAsked: boolean;
  /** Somebody has brought the project up: what is left of issues that are over goes. */
  sweepAsked: boolean;
  /** Steps that must not be cut by a new run, such as the start of a child. */
  busy: number;
  /** The history is long enough: what would begin now begins in the next run. */
  isEnding: boolean;
  /** Cancels the present watch, so that a new one sees a new host or configuration. */
  restartWatch: () => void;
  /** And the watch of changes. */
  restartChanges: () => void;
  /** What is to be looked at next because somebody has asked, and what is being looked at for that reason. */
  changesAsked: ChangesAsked | null;
  changesLookedAt: ChangesAsked | null;
  restartChangesLook: () => void;
  /** The same for a look at the tracker that was asked for. */
  restartLook: () => void;
  /** And for the sweep. */
  restartSweep: () => void;
  fault: Error | null;
}

export function openProject({ lookAsked = false, changesAsked, ...state }: ProjectState): Project {
  upsertSearchAttributes([{ key: projectAttribute, value: keyword(state.project) }]);
  return {
    state: withBareMaps(state),
    refreshAsked: lookAsked,
    sweepAsked: false,
    busy: 0,
    isEnding: false,
    restartWatch: () => undefined,
    restartChanges: () => undefined,
    changesAsked: changesAsked ?? null,
    changesLookedAt: null,
    restartChangesLook: () => undefined,
    restartLook: () => undefined,
    restartSweep: () => undefined,
    fault: null,
  };
}

/** Maps without a prototype: an issue may be called `constructor` or `__proto__`. */
function withBareMaps(state: ProjectState): ProjectState {
  const { tasks, settled, fingerprints, observed } = state;
  return {
    ...state,
    tasks: bare(tasks),
    settled: bare(settled),
    fingerprints: bare(fingerprints),
    observed: bare(observed),
    // Missing in the state of an earlier version.
    hosts: bare({ ...state.hosts }),
    holds: { ...state.holds },
    spending: { ...newSharedSpending(), ...state.spending },
  };
}

function bare<T>(map: Record<string, T>): Record<string, T> {
  return Object.assign(Object.create(null) as Record<string, T>, map);
}

const remarksLimit = 10;

/** Keeps what people did, newest last. */
export function remark({ state }: Project, text: string): void {
  state.remarks.push(`${new Date().toISOString()} ${text}`);
  state.remarks.splice(0, state.remarks.length - remarksLimit);
}

/** Runs a step that a new run must not cut short, such as the start of a child. Where one is near, it is left to that. */
export async function uncut(project: Project, step: () => Promise<void>): Promise<void> {
  if (project.isEnding) await condition(() => !project.isEnding);
  project.busy += 1;
  try {
    await step();
  } finally {
    project.busy -= 1;
  }
}

/** Shows the scheduler's state in the Temporal UI. */
export function publishProject({ state }: Project): void {
  const tasks = Object.values(state.tasks);
  const held = tasks.filter((task) => task.slot === 'held').length;
  const asked = tasks.filter((task) => task.slot === 'asked').length;
  const lines = [
    `**${state.pausedBy === null ? 'Dispatching' : `Paused by ${state.pausedBy}: continuo resume --all`}**`,
    ...(isStopped(state) ? ['', '**Nothing new starts before the workflow file is mended.**'] : []),
    '',
    `${held} of ${state.config.view.agent.maxConcurrent} slots held · ${asked} asked for · ${tasks.length} live tasks`,
  ];
  const hosts = Object.keys(state.hosts);
  if (hosts.length > 1)
    lines.push('', `Hosts: ${hosts.map((id) => `\`${id}\` ${kindOf(state, id) ?? ''}`).join(' · ')}`);
  for (const [key, { until, message, spent }] of Object.entries(state.holds)) {
    const what = spent === undefined ? `with ${key}` : `on the budget of the ${spent.scope}`;
    const when = until === null ? 'before it is raised' : `before ${until}`;
    lines.push('', `Nothing starts ${what} ${when}: ${escapeMarkdown(message)}`);
  }
  for (const text of state.remarks) lines.push('', text);
  for (const { where, message } of state.problems) lines.push('', `Problem in \`${where}\`: ${message}`);
  setCurrentDetails(lines.join('\n'));
}
