/**
 * What a line of an agent's says. Undefined for what is no JSON object: a login shell's profile may print, and so may an
 * agent. Lines that cannot be one are not tried, because a failure takes long, and there may be a flood of them.
 */
export function parseLine(line: string): unknown {
  if (!/^\s*\{/.test(line)) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
