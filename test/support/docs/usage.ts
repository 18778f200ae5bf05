/** What the help of a command says that it takes. */
export interface Usage {
  /** Names of options, such as `-w` and `--wait`, and how many values follow. */
  options: Map<string, 'none' | 'one' | 'many'>;
  /** Arguments without a dash: at least and at most. */
  least: number;
  most: number;
}

/** The names of the commands, from the help of the whole program. */
export function readCommands(help: string): string[] {
  const section = /^Commands:\n([\s\S]*?)\n\n/m.exec(help)?.[1] ?? '';
  return [...section.matchAll(/^ {2}([a-z][a-z-]*)/gm)].flatMap(([, name]) => name ?? []);
}

export function readUsage(help: string): Usage {
  const options: Usage['options'] = new Map();
  for (const [, names = '', value] of help.matchAll(
    /^ {2}((?:-\w, )?--[\w-]+)(?: <([\w-]+(?:\.\.\.)?)>)?/gm,
  )) {
    const takes = value === undefined ? 'none' : value.endsWith('...') ? 'many' : 'one';
    for (const name of names.split(', ')) options.set(name, takes);
  }
  const usage = /^Usage: .*$/m.exec(help)?.[0] ?? '';
  const least = usage.match(/<[\w-]+>/g)?.length ?? 0;
  const optional = usage.match(/\[(?!options\]|command\])[\w-]+\]/g)?.length ?? 0;
  const most = /\[[\w-]+\.\.\.\]/.test(usage) ? Infinity : least + optional;
  return { options, least, most };
}

/** The arguments without a dash, or what is wrong with the arguments. */
export function takeArguments(
  usage: Usage,
  words: readonly string[],
): { plain: string[]; problem: string | null } {
  const plain: string[] = [];
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (!word.startsWith('-') || word === '-') {
      plain.push(word);
      continue;
    }
    const [name = '', given] = word.split('=', 2);
    const takes = usage.options.get(name);
    if (takes === undefined) return { plain, problem: `there is no option ${name}` };
    if (takes === 'none' || given !== undefined) continue;
    if (rest.shift() === undefined) return { plain, problem: `${name} needs a value` };
    while (takes === 'many' && rest[0]?.startsWith('-') === false) rest.shift();
  }
  return { plain, problem: null };
}
