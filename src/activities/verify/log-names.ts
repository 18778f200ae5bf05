const longest = 80;

/** A file name for the log of each check: legal everywhere, and different where case does not count. */
export function logNames(checks: readonly string[]): string[] {
  const taken = new Set<string>();
  return checks.map((check) => {
    const safe =
      check
        .replace(/[^A-Za-z0-9._-]+/g, '_')
        .replace(/^\.+/, '')
        .slice(0, longest) || 'check';
    let name = safe;
    for (let count = 2; taken.has(name.toLowerCase()); count += 1) name = `${safe}-${count}`;
    taken.add(name.toLowerCase());
    return `${name}.log`;
  });
}
