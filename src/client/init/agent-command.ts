import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** Coding agents that take a prompt on stdin and work without a person, by their program's name. */
const agents = [
  { program: 'claude', command: 'claude -p --permission-mode acceptEdits' },
  { program: 'codex', command: 'codex exec --sandbox workspace-write -' },
] as const;

/** The command of the first known agent on PATH, or null. */
export async function findAgentCommand(env: NodeJS.ProcessEnv): Promise<string | null> {
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const { program, command } of agents) {
    const found = await Promise.all(folders.map((folder) => isExecutable(join(folder, program))));
    if (found.some(Boolean)) return command;
  }
  return null;
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
