import {
  ActivityFailure,
  allHandlersFinished,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { isGreen } from '../domain/evidence.js';
import type { Evidence } from '../domain/evidence.js';
import type { LandingEntry, LandingResult } from '../domain/landing.js';
import { deliver } from './deliver.js';
import { enqueueSignal, landingResultSignal, queueQuery, withdrawSignal } from './messages.js';
import { forge, git, verifier } from './proxies.js';
import { identifierAttribute, keyword, phaseAttribute, projectAttribute } from './search-attributes.js';

export interface LandingState {
  repository: string;
  base: string;
  entries: LandingEntry[];
}

/** A base that moves this often between verification and merge needs a person. */
const maxMoves = 10;

/**
 * The merge train of one repository and base: one entry after another is rebased, verified as
 * exactly the tree that will be the head, and merged. It waits for nobody and ends when empty.
 */
export async function landing(state: LandingState): Promise<void> {
  setHandler(queueQuery, () => ({ entries: state.entries }));
  setHandler(enqueueSignal, (entry) => {
    if (!state.entries.some(({ key }) => key === entry.key)) state.entries.push(entry);
    showQueue(state);
  });
  setHandler(withdrawSignal, async ({ key }) => {
    // The first one is at work: only its result says what became of it.
    const at = state.entries.findIndex((entry) => entry.key === key);
    if (at < 1) return;
    const [entry] = state.entries.splice(at, 1);
    showQueue(state);
    if (entry !== undefined) await answer(entry, { kind: 'withdrawn' });
  });
  // The first entry arrives with the start.
  await condition(() => state.entries.length > 0, '1m');

  for (let entry = state.entries[0]; entry !== undefined; entry = state.entries[0]) {
    showQueue(state);
    showEntry(entry);
    const result = await landOrExplain(entry);
    state.entries.shift();
    await answer(entry, result);
    if (workflowInfo().continueAsNewSuggested) await startNewRun(state);
  }
  await condition(allHandlersFinished);
}

/** Infrastructure that does not come back ends its entry, not those behind it. */
async function landOrExplain(entry: LandingEntry): Promise<LandingResult> {
  try {
    return await land(entry);
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    const message = `${error.activityType}: ${(error.cause ?? error).message}`;
    return { kind: 'infrastructure', message };
  }
}

async function land(entry: LandingEntry): Promise<LandingResult> {
  for (let moves = 0; moves < maxMoves; moves += 1) {
    const rebased = await git(place(entry, 'Rebase')).rebase({ entry });
    if (rebased.kind === 'conflict' || rebased.kind === 'failed') return rebased;
    const { candidate } = rebased;
    if (rebased.kind === 'landed') return { kind: 'landed', ...candidate, evidence: null };

    const evidence = entry.verify ? await verify(entry, candidate) : null;
    if (evidence !== null && !isGreen(evidence)) return { kind: 'red', baseSha: candidate.baseSha, evidence };

    const port = forge({
      host: entry.host,
      summary: `Merge ${candidate.sha.slice(0, 12)} into ${entry.base}`,
    });
    const merged = await port.merge({ entry, candidate });
    if (merged.kind === 'merged') return { kind: 'landed', ...candidate, evidence };
    if (merged.kind === 'blocked') return merged;
  }
  return {
    kind: 'blocked',
    message: `${entry.base} moved ${maxMoves} times while the change was being verified.`,
  };
}

/** The very commit that will be the head, with nothing overlaid. */
function verify(entry: LandingEntry, { sha, baseSha }: { sha: string; baseSha: string }): Promise<Evidence> {
  const { configHash: config, workspace } = entry;
  return verifier(place(entry, 'Verify')).verify({ config, workspace, sha, baseSha, overlay: false });
}

function place(entry: LandingEntry, verb: string): { host: string; summary: string } {
  return { host: entry.workspace.host, summary: `${verb} ${entry.identifier} for ${entry.base}` };
}

async function answer(entry: LandingEntry, result: LandingResult): Promise<void> {
  const task = getExternalWorkflowHandle(entry.taskWorkflowId);
  await deliver(() => task.signal(landingResultSignal, { key: entry.key, result }));
}

/** Shows the queue in the Temporal UI. */
function showQueue({ base, entries }: LandingState): void {
  const lines = entries.map(({ identifier, sha }, at) => `${at + 1}. ${identifier} \`${sha.slice(0, 12)}\``);
  setCurrentDetails([`**Landing on ${base}**`, '', ...lines].join('\n'));
}

function showEntry({ project, identifier }: LandingEntry): void {
  upsertSearchAttributes([
    { key: projectAttribute, value: keyword(project) },
    { key: identifierAttribute, value: keyword(identifier) },
    { key: phaseAttribute, value: 'land' },
  ]);
}

async function startNewRun(state: LandingState): Promise<never> {
  await condition(allHandlersFinished);
  return continueAsNew<typeof landing>(state);
}
