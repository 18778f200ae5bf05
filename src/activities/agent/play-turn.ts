import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config/config.js';
import { PromptError, renderPrompt } from '../../config/prompt.js';
import { noTurnLimits } from '../../domain/budget.js';
import type { TurnFault } from '../../domain/failure.js';
import type { Issue } from '../../domain/issue.js';
import type { Feedback } from '../../domain/feedback.js';
import type { RunTurnInput, TurnOutcome } from '../../workflows/ports.js';
import type { Attempt } from '../attempt.js';
import { currentWorkflow, ownerOf } from '../attempt.js';
import { enclose } from '../enclose.js';
import type { HostDeps } from '../host.js';
import { stateOf } from '../keeper/attend.js';
import { probeContainment } from '../keeper/containment/probe.js';
import { childEnvironment, withoutSecrets } from '../keeper/environment.js';
import { generations } from '../keeper/place.js';
import { toolsFolder } from '../keeper/tools-socket.js';
import type { AgentEvent, AgentFactory, TurnEnd } from './agent.js';
import { answersFolder, openAnswers, readAnswers } from './answers.js';
import { sizeOf } from './event-log.js';
import { boundOutcome, longestSummary } from './bound-outcome.js';
import { guidanceOf } from './guidance.js';
import type { Progress } from './progress.js';
import { openRemarks } from './remarks.js';
import { questionsOf } from './question-id.js';
import { reportFile } from './report.js';
import { toolServer } from './tool-server.js';
import { agentTools } from './tools.js';
import type { Transcript } from './transcript.js';
import { openTranscript } from './transcript.js';
import { logSession, logTurnBegin } from './turn-log.js';
import type { Begun, TurnRecord } from './turn-record.js';

const cutOff: Feedback = { kind: 'interrupted', note: 'The program that played this turn was lost.' };

/** A turn to be played, with everything it needs. */
export interface TurnToPlay {
  deps: HostDeps;
  config: Config;
  issue: Issue;
  input: RunTurnInput;
  attempt: Attempt;
  record: TurnRecord;
  /** Stands for the agent's program. */
  place: string;
  /** Where people's remarks for the turn are. */
  remarks: string;
  progress: Progress;
  createAgent: AgentFactory;
}

/** Whatever ends its keeper again and again would be started for ever. */
const mostGenerations = 3;

/**
 * Plays the turn by the agent of the workflow file, with its story in the transcript. An agent that runs
 * already is attached to; one that was cut off is followed by another, which is told.
 */
export async function playTurn(turn: TurnToPlay): Promise<TurnOutcome> {
  const { config, issue, input } = turn;
  const prompt = render(config.prompt, { ...input, issue });
  if (typeof prompt !== 'string')
    return failedTurn(input, prompt.code, `the prompt template failed: ${prompt.message}`);

  for (let generation = 1; generation <= mostGenerations; generation += 1) {
    const end = await playGeneration(turn, prompt);
    if (end.kind !== 'interrupted') return end;
  }
  return failedTurn(input, 'agent_lost', `the agent was cut off ${mostGenerations} times in a row`);
}

async function playGeneration(turn: TurnToPlay, prompt: string): Promise<TurnEnd> {
  const { deps, config, issue, input, place } = turn;
  const { path } = input.workspace;
  const agent = turn.createAgent(config);
  const transcript = openTranscript(input);
  const temporary = temporaryOf(input);
  const home = join(input.workspace.runPath, 'agent-home');
  const sockets = toolsFolder(place);
  for (const folder of [temporary, home, sockets]) await mkdir(folder, { recursive: true, mode: 0o700 });
  const lost = await lostAnswers(turn);
  const reports = reportFile(input.workspace.runPath, currentWorkflow().workflowRun, input.turn);
  const { from, interrupted } = await begin(turn, transcript, agent.opening);
  turn.progress.printsTo(transcript.file, from);
  logTurnBegin(deps.log, input, config.agent.kind);

  const { project, identifier } = input;
  const ended = await agent.runTurn(
    {
      ...input,
      key: `${currentWorkflow().workflowRun}/${input.turn}`,
      title: issue.title,
      prompt,
      guidance: guidanceOf(interrupted ? [...input.feedback, cutOff, ...lost] : input.feedback),
      answers: input.answers ?? [],
      limits: input.limits ?? noTurnLimits,
      report: (await reports.read()) ?? input.report ?? null,
      tools: agentTools({ deps, config, issue, runPath: input.workspace.runPath, report: reports }),
      remarks: await openRemarks(turn.remarks, input.remarks ?? []),
      spent: turn.progress.spent,
      workspace: path,
      home,
      env: childEnvironment(deps.env, [...agent.credentials, ...withoutSecrets(config.agent.env, config)], {
        TMPDIR: temporary,
        CONTINUO_ANSWERS: answersFolder(temporary),
      }),
      isReadOnly: false,
      isShutIn: (await probeContainment(config.containment, deps.env)).files,
      enclose: (program) =>
        enclose(deps, config, {
          cwd: path,
          temporary,
          readable: [sockets, ...toolServer().files],
          ...program,
        }),
      place,
      owner: ownerOf({ project, identifier, kind: 'agent', title: `turn ${input.turn}` }),
      leaseMs: config.keeper.lease_ms,
      transcript: transcript.file,
      transcriptLimitBytes: await transcript.room(),
      transcriptFrom: from,
      summaryLimit: { lines: 1, bytes: longestSummary },
    },
    async (told) => {
      logSession(deps.log, input, told);
      await Promise.all([transcript.add(told), turn.progress.take(told)]);
    },
    turn.attempt,
  );
  if (ended.kind === 'interrupted') return ended;
  const end = boundOutcome(ended);
  // A question does not end the turn.
  if (end.kind !== 'question') await transcript.end(end);
  const report = await reports.read();
  const told: TurnOutcome = report === null ? end : { ...end, report };
  const played: TurnOutcome = interrupted ? { ...told, wasCutOff: true } : told;
  if (played.kind !== 'completed') return played;
  const answers = await readAnswers(temporary);
  return answers === null ? played : { ...played, answers };
}

function temporaryOf({ workspace }: RunTurnInput): string {
  return join(workspace.runPath, 'tmp', 'agent');
}

/** Answers to programs of this turn that were cut off: the one that follows did not ask, and is told. */
async function lostAnswers({ input, place }: TurnToPlay): Promise<Feedback[]> {
  const isRunning = (await stateOf(place)) === 'begun';
  const own = isRunning ? questionsOf(input.turn, generations(place).length - 1) : null;
  return (input.answers ?? [])
    .filter(({ questionId }) => own === null || !questionId.startsWith(own))
    .map(({ question, text, by }) => ({ kind: 'answer', question, answer: text, by }));
}

/** What this turn began with: now, unless its agent has started before and was not cut off. */
async function begin(
  { input, place, record }: TurnToPlay,
  transcript: Transcript,
  opening: AgentEvent,
): Promise<Begun> {
  const progress = await record.read();
  const known: Begun = progress.kind === 'begun' ? progress : { from: 0, interrupted: false };
  const state = await stateOf(place);
  if (state === 'begun') {
    await transcript.goOn(known.from);
    return known;
  }

  await openAnswers(temporaryOf(input));
  await transcript.begin(opening);
  const interrupted = known.interrupted || state === 'interrupted';
  const begun = { from: await sizeOf(transcript.file), interrupted };
  await record.begin(begun);
  await transcript.goOn(begun.from);
  return begun;
}

/** A turn that failed before its agent could begin. */
export function failedTurn({ session }: RunTurnInput, category: TurnFault, message: string): TurnOutcome {
  const usage = { inputTokens: 0, outputTokens: 0, totalTokens: 0, costUsd: null, agentMs: 0 };
  return { kind: 'failed', session, usage, category, message };
}

function render(template: string, input: Parameters<typeof renderPrompt>[1]): string | PromptError {
  try {
    return renderPrompt(template, input);
  } catch (error) {
    if (error instanceof PromptError) return error;
    throw error;
  }
}
