import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface RunningProcess {
  pid: number;
  argv: string[];
}

/** The processes of this machine that carry one of the texts in command line, environment or working directory; no zombies. */
export function processesWith(...texts: string[]): RunningProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const [command, environment] = ['cmdline', 'environ'].map((file) =>
          readFileSync(`/proc/${name}/${file}`, 'utf8'),
        );
        const traces = [command, environment, readlinkSync(`/proc/${name}/cwd`)];
        if (!texts.some((text) => traces.some((trace) => trace?.includes(text)))) return [];
        return [{ pid: Number(name), argv: (command ?? '').split('\0') }];
      } catch {
        // It has ended, or it is the kernel's.
        return [];
      }
    });
}

/** Nothing when the process has ended. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended.
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
