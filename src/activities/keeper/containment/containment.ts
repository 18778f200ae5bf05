/** How far programs are kept apart from the machine. docs/security.md tells what each level promises. */
export type Level = 'strict' | 'standard' | 'none';

/** Something that this machine lacks for a higher level. */
export interface Missing {
  what: string;
  /** What a person can do about it. */
  mend: string;
}

/** What this machine gives to agents and checks, found by trying. */
export interface Containment {
  level: Level;
  /** Processes and `/proc` of their own; nothing survives its keeper. */
  processes: boolean;
  /** Files are read-only but for the workspace; secrets, other tasks and temporary files are out of sight. */
  files: boolean;
  /** The internet, but not this machine's loopback. */
  network: boolean;
  /** What the next level needs; empty for `strict`, and where the workflow file asks for no more. */
  missing: Missing[];
}

/** What the workflow file says; the section `containment`. */
export interface ContainmentSettings {
  /** Without it, the best that the machine has. */
  readonly level?: Level | undefined;
  /** Absolute, or beginning with `~/`; likewise `readable`. */
  readonly writable: readonly string[];
  readonly readable: readonly string[];
  /** TCP ports of this machine's loopback. */
  readonly host_ports: readonly number[];
}

/** What a program finds at a path in place of what is there. Both paths are absolute, and free of links but for the last name. */
export interface StandIn {
  path: string;
  from: string;
  isWritable: boolean;
}

/** Where a program is shut in, and what it may touch. All paths are absolute; one that does not exist is left out. */
export interface Enclosure {
  /** `probeContainment` finds it. */
  containment: Containment;
  settings: ContainmentSettings;
  /** The program's complete environment. */
  env: Record<string, string>;
  cwd: string;
  /** The program's own temporary directory. */
  temporary: string;
  /** Its workspace, and what else it may write to. */
  writable: readonly string[];
  /** Such as an agent's own folder for that in the home directory. */
  standIns: readonly StandIn[];
  /** Places that it must not see, such as the data directory. */
  hidden: readonly string[];
  /** What it may see inside of those, such as the folder of the workflow file; not one of those itself. */
  readable: readonly string[];
}
