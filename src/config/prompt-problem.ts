import type { Config } from './config.js';
import { readParts } from './parts.js';
import { unreadIssue } from '../domain/issue.js';
import { PromptError, checkTemplate, renderPrompt } from './prompt.js';
import type { PromptErrorCode } from './prompt.js';

/** What is wrong with the prompt of a workflow file; the message names the line of the file. */
export interface PromptProblem {
  code: PromptErrorCode;
  message: string;
}

/**
 * Null when the template can be parsed. One that cannot be parsed fails the attempts that use it, and nothing else
 * (SPEC 5.5), so the file is taken all the same.
 */
export function promptProblem({ file, text }: Pick<Config, 'file' | 'text'>): PromptProblem | null {
  const { body, bodyLine } = readParts(file, text);
  try {
    checkTemplate(body);
    return null;
  } catch (error) {
    if (!(error instanceof PromptError)) throw error;
    const line = bodyLine + (error.line ?? 1) - 1;
    const message = `line ${line}: the prompt template is broken, and fails every attempt: ${error.message}`;
    return { code: error.code, message };
  }
}

/** Why the prompt cannot be rendered for an issue that has nothing but its title, or null when it can. */
export function trialProblem({ prompt }: Pick<Config, 'prompt'>): string | null {
  const summary = { id: 'T-1', identifier: 'T-1', title: 'A title', priority: null, state: 'Todo' };
  const issue = unreadIssue({ ...summary, created_at: null, source: 'tracker' });
  try {
    for (const attempt of [null, 1]) renderPrompt(prompt, { issue, attempt });
    return null;
  } catch (error) {
    if (error instanceof PromptError) return error.message;
    throw error;
  }
}
