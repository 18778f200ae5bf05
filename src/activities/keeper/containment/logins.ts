import { basename, join } from 'node:path';

/**
 * Where known agents keep their login and their sessions, relative to the home directory. They are hidden from every
 * program, but an agent cannot work without its own.
 */
const loginPlaces: Readonly<Record<string, readonly string[]>> = {
  claude: ['.claude', '.claude.json'],
  codex: ['.codex'],
  gemini: ['.gemini'],
  opencode: ['.local/share/opencode', '.config/opencode'],
};

/** The login of the agent that a shell command begins with, as absolute paths; none for one that is not known. */
export function loginsOf(command: string, home: string): string[] {
  const program = firstProgram(command);
  const places = Object.entries(loginPlaces).find(([name]) => name === program)?.[1] ?? [];
  return places.map((place) => join(home, place));
}

const assignment = /^[A-Za-z_]\w*=(?:"[^"]*"|'[^']*'|[^\s"'])*\s+/;

/** The name of the first program, without its folder; variables that are set for it stand before it. */
function firstProgram(command: string): string {
  let rest = command.trimStart();
  while (assignment.test(rest)) rest = rest.replace(assignment, '');
  return basename(/^[^\s;|&<>()=]*/.exec(rest)?.[0] ?? '');
}
