import type { Config } from './config.js';
import { readParts } from './parts.js';
import { PromptError, checkTemplate } from './prompt.js';
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
