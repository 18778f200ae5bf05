import { ActivityFailure } from '@temporalio/workflow';
import { isGreen } from '../domain/evidence.js';
import type { Evidence } from '../domain/evidence.js';
import type { LandingCandidate, LandingEntry, LandingResult, TakenIn } from '../domain/landing.js';
import type { LandingStep } from '../domain/landing-queue.js';
import type { MergeOutcome, RebaseOutcome, StackTop } from './ports.js';
import type { Place } from './proxies.js';
import { forge, git, verifier } from './proxies.js';

/** What became of an entry. */
export interface Settled {
  entry: LandingEntry;
  result: LandingResult;
}

/** An entry and its commit on top of the entries below it. */
interface Stacked {
  entry: LandingEntry;
  candidate: LandingCandidate;
}

/** The lowest part of a stack that is green as a whole, and the entry right above it where that one is red. */
interface Proof {
  green: Stacked[];
  /** Of the highest commit of the green part; null where nothing is verified. */
  evidence: Evidence | null;
  red: { entry: LandingEntry; evidence: Evidence } | null;
}

/** A base that moves this often between verification and merge needs a person. */
const maxMoves = 10;

/**
 * Lands entries of one configuration and host together: each is put on the one before, the last one,
 * which is the exact tree that will be the head, is verified, and the base moves to it in one step. So no
 * commit that was not verified is ever the head. Says what became of the entries that are settled, the
 * first one among them; the others wait for the next time.
 */
export async function landBatch(
  batch: LandingEntry[],
  begin: (step: LandingStep) => void,
): Promise<Settled[]> {
  const [first, ...others] = batch;
  if (first === undefined) return [];
  for (let moves = 0; moves < maxMoves; moves += 1) {
    begin('rebase');
    const rebased = await rebase(first);
    if (rebased.kind === 'landed') return [{ entry: first, result: await finish(first, rebased.candidate) }];
    if (rebased.kind !== 'ready') return [{ entry: first, result: rebased }];
    const { baseSha } = rebased.candidate;
    const stack = await stackUp({ entry: first, candidate: rebased.candidate }, others);

    begin('verify');
    const proof = await prove(stack, baseSha);
    const top = proof.green.at(-1);
    if (top === undefined) return sendBack(proof, baseSha);

    begin('merge');
    const merged = await merge(top, baseSha);
    if (merged.kind === 'merged') {
      return [...landed(proof, top, merged.remainder), ...(await sendBack(proof, top.candidate.sha))];
    }
    if (merged.kind === 'blocked') {
      // It may be another one's fault: the first one is tried alone, and the others come after it.
      if (proof.green.length > 1) return landBatch([first], begin);
      return [{ entry: first, result: merged }];
    }
  }
  const message = `${first.base} moved ${maxMoves} times while the change was being verified.`;
  return batch.map((entry) => ({ entry, result: { kind: 'blocked', message } }));
}

/** Whatever does not fit on the stack is left out: alone, or once the stack has landed, it may well land. */
async function stackUp(bottom: Stacked, others: LandingEntry[]): Promise<Stacked[]> {
  const stack = [bottom];
  let top = bottom;
  for (const entry of others) {
    const { project, identifier } = top.entry;
    const onto = { project, identifier, sha: top.candidate.sha, baseSha: bottom.candidate.baseSha };
    const rebased = await rebase(entry, onto);
    if (rebased.kind !== 'ready') continue;
    top = { entry, candidate: rebased.candidate };
    stack.push(top);
  }
  return stack;
}

/** Verifies the whole stack, and where it is red halves it until the entry that makes it so is alone. */
async function prove(stack: Stacked[], baseSha: string): Promise<Proof> {
  let proven = 0;
  let evidence: Evidence | null = null;
  let failed = stack.length + 1;
  let red: Proof['red'] = null;
  for (let height = stack.length; failed - proven > 1; height = Math.floor((proven + failed) / 2)) {
    const top = stack[height - 1];
    if (top === undefined) break;
    const found = top.entry.verify ? await verify(top, baseSha) : null;
    if (found === null || isGreen(found)) {
      [proven, evidence] = [height, found];
    } else {
      [failed, red] = [height, { entry: top.entry, evidence: found }];
    }
  }
  return { green: stack.slice(0, proven), evidence, red };
}

function landed({ green, evidence }: Proof, top: Stacked, remainder: string | undefined): Settled[] {
  const left = remainder === undefined ? {} : { remainder };
  return green.map(({ entry, candidate }) => ({
    entry,
    result:
      entry === top.entry
        ? { kind: 'landed', ...candidate, evidence, ...left }
        : { kind: 'landed', ...candidate, evidence: null, under: top.candidate.sha, ...left },
  }));
}

/** What is red goes back only when that on which it is red is the base, and with that base in its files. */
async function sendBack({ red }: Proof, baseSha: string): Promise<Settled[]> {
  if (red === null) return [];
  const { entry, evidence } = red;
  return [{ entry, result: { kind: 'red', baseSha, evidence, takenIn: await takeIn(entry, baseSha) } }];
}

/** What does not work here holds up nobody else: whoever mends the change is told. */
async function takeIn(entry: LandingEntry, baseSha: string): Promise<TakenIn> {
  try {
    const { project, workspace, base, identifier } = entry;
    const summary = `Put ${base} into the files of ${identifier}`;
    return await git({ project, host: workspace.host, summary }).takeInBase({ entry, baseSha });
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    return { kind: 'left', message: (error.cause ?? error).message };
  }
}

/** The base has it already. Files of a checkout that were to move along may not have, so the forge is asked again. */
async function finish(entry: LandingEntry, candidate: LandingCandidate): Promise<LandingResult> {
  const merged = await merge({ entry, candidate }, candidate.baseSha);
  const remainder = merged.kind === 'merged' ? merged.remainder : undefined;
  return { kind: 'landed', ...candidate, evidence: null, ...(remainder !== undefined && { remainder }) };
}

function rebase(entry: LandingEntry, onto?: StackTop): Promise<RebaseOutcome> {
  const port = git(place(entry, 'Rebase'));
  return port.rebase(onto === undefined ? { entry } : { entry, onto });
}

/** The very commit that will be the head, with nothing overlaid. */
function verify({ entry, candidate }: Stacked, baseSha: string): Promise<Evidence> {
  const { configHash: config, workspace, project, identifier, issueId } = entry;
  const port = verifier(place(entry, 'Verify'));
  const whose = { project, identifier, issueId };
  return port.verify({ config, workspace, sha: candidate.sha, baseSha, overlay: false, entry: whose });
}

function merge({ entry, candidate: { sha } }: Stacked, baseSha: string): Promise<MergeOutcome> {
  const { project, host, base } = entry;
  const port = forge({ project, host, summary: `Merge ${sha.slice(0, 12)} into ${base}` });
  return port.merge({ entry, candidate: { sha, baseSha } });
}

function place({ project, workspace, identifier, base }: LandingEntry, verb: string): Place {
  return { project, host: workspace.host, summary: `${verb} ${identifier} for ${base}` };
}
