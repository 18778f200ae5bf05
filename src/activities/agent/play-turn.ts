import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config/config.js';
import { PromptError, renderPrompt } from '../../config/prompt.js';
import type { Issue } from '../../domain/issue.js';
import type { RunTurnInput, TurnOutcome } from '../../workflows/ports.js';
import type { HostDeps } from '../host.js';
import { childEnvironment, withoutSecrets } from '../keeper/environment.js';
import { programIdentity } from '../keeper/identity.js';
import { guidanceOf } from './guidance.js';
import { createAgent } from './registry.js';
import { openTranscript } from './transcript.js';

/** A turn to be played, with everything it needs. */
export interface TurnToPlay {
  deps: HostDeps;
  config: Config;
  issue: Issue;
  input: RunTurnInput;
  signal: AbortSignal;
}

/** Plays the turn by the agent of the workflow file, with its story in the transcript. */
export async function playTurn({ deps, config, issue, input, signal }: TurnToPlay): Promise<TurnOutcome> {
  const { runPath, path } = input.workspace;
  const prompt = render(config.prompt, { ...input, issue });
  if (typeof prompt !== 'string')
    return failedTurn(input, prompt.code, `the prompt template failed: ${prompt.message}`);

  const temporary = join(runPath, 'tmp', 'agent');
  await mkdir(temporary, { recursive: true, mode: 0o700 });
  const transcript = await openTranscript(input);
  const outcome = await createAgent(config).runTurn(
    {
      ...input,
      title: issue.title,
      prompt,
      guidance: guidanceOf(input.feedback),
      workspace: path,
      env: childEnvironment(deps.env, withoutSecrets(config.agent.env, config), { TMPDIR: temporary }),
      identityFile: join(runPath, programIdentity),
      transcript: transcript.file,
      transcriptLimitBytes: transcript.limitBytes,
    },
    transcript.add,
    signal,
  );
  await transcript.end(outcome);
  return outcome;
}

/** A turn that failed before its agent could begin. */
export function failedTurn({ session }: RunTurnInput, category: string, message: string): TurnOutcome {
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
