import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { CliError, ExitCode } from './error.js';

/** The prompt is part of the task's durable state, so it has to stay small. In bytes of UTF-8. */
export const promptLimitBytes = 256 * 1024;

/** Where a prompt comes from: the argument (`-` is stdin) or a file. */
export interface PromptSource {
  argument: string | null;
  file: string | null;
  cwd: string;
  stdin: Readable;
}

/** Throws `CliError` for no prompt, an empty one, one that is too large, or a file that cannot be read. */
export async function readPrompt(source: PromptSource): Promise<string> {
  const text = (await readSource(source)).trim();
  if (text === '') throw new CliError(ExitCode.usage, 'the prompt is empty', howToGive);
  return text;
}

const howToGive =
  "give it as an argument (continuo start '<prompt>'), from a file (--file <file>) or from stdin (continuo start -)";

async function readSource({ argument, file, cwd, stdin }: PromptSource): Promise<string> {
  if (argument !== null && file !== null) {
    throw new CliError(
      ExitCode.usage,
      'there are two prompts: an argument and --file',
      'leave one of them out',
    );
  }
  if (file !== null) return readFileLimited(resolve(cwd, file));
  if (argument === '-') return readLimited(stdin);
  if (argument === null) {
    throw new CliError(
      ExitCode.usage,
      'there is no prompt',
      `${howToGive}; put it before --scope and --accept`,
    );
  }
  if (Buffer.byteLength(argument) > promptLimitBytes) throw tooLarge();
  return argument;
}

async function readFileLimited(file: string): Promise<string> {
  try {
    await using handle = await open(file);
    return await readLimited(handle.createReadStream());
  } catch (error) {
    if (error instanceof CliError || !(error instanceof Error)) throw error;
    throw new CliError(ExitCode.usage, `the prompt cannot be read: ${error.message}`, null, { cause: error });
  }
}

/** Reads no more than the limit, however much there is. */
async function readLimited(stream: AsyncIterable<Buffer | string>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > promptLimitBytes) throw tooLarge();
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function tooLarge(): CliError {
  return new CliError(
    ExitCode.usage,
    `the prompt is larger than ${promptLimitBytes / 1024} KB`,
    'put the text into a file in the repository, commit it, and refer to it in a short prompt',
  );
}
