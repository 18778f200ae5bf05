import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MockActivityEnvironment } from '@temporalio/testing';
import { errorCode } from '../../../src/activities/keeper/process/guards.js';
import { signalProcess } from '../../../src/activities/keeper/process-name.js';
import { files } from '../../../src/activities/keeper/protocol.js';
import { placesOf } from '../../../src/activities/attempt.js';
import type { RunTurnInput, TurnOutcome } from '../../../src/workflows/ports.js';
import { TestHost } from '../../activities/agent/host.js';
import { processesWith, signal } from '../../support/processes.js';
import type { AgentTools, Script } from '../../support/scripted-model/index.js';
import { ScriptedModel } from '../../support/scripted-model/index.js';
import type { AgentName } from './binary.js';
import { agentBinary } from './binary.js';
import { agentHome } from './home.js';

/** What a test of every kind of agent needs to know of one. */
export interface SessionAgentFacts {
  agent: AgentName;
  tools: AgentTools;
  /** Under which name the model sees the tool that asks a person. */
  askTool: string;
  /** What the agent says that a turn of two requests has used, where that is not all of it. */
  tokensOfTwo?: number;
  /** The sections of a workflow file; `more` goes into the agent's own section. */
  sections: (binary: string, more: string) => string;
}

/** One task of a real agent that asks a scripted model. */
export class AgentRig {
  /** Not in the folder for temporary files: Codex has no sandbox there. */
  readonly folder = realpathSync(mkdtempSync(join(process.cwd(), 'node_modules', '.agents-test-')));
  readonly home = join(this.folder, 'home');
  readonly host: TestHost;
  private readonly binary: string;

  private constructor(
    readonly facts: SessionAgentFacts,
    readonly model: ScriptedModel,
    more: string,
    extra: string,
  ) {
    const binary = agentBinary(facts.agent);
    this.binary = binary.kind === 'found' ? binary.path : '';
    const env = agentHome(facts.agent, this.home, model.port);
    this.host = new TestHost(
      `${facts.sections(this.binary, more)}\n${extra}`,
      'Work on {{ issue.title }}.',
      env,
    );
  }

  static async open(facts: SessionAgentFacts, script: Script, more = '', extra = ''): Promise<AgentRig> {
    return new AgentRig(facts, await ScriptedModel.start(script), more, extra);
  }

  runTurn(
    input: Partial<RunTurnInput> = {},
    activity: MockActivityEnvironment = attempt(1),
  ): Promise<TurnOutcome> {
    return this.host.runTurn(input, activity);
  }

  /** What the model was told by people and by us, request by request. */
  told(): string[] {
    return this.model.scripted.map(({ body }) => JSON.stringify(body));
  }

  /** Everything that went between us and the agent's programs. */
  journals(): string {
    return textOf(placesOf(this.host.runPath), (name) => name.endsWith(files.journal));
  }

  /** Waits until the agent's own files have these words, where they come a moment after they were said. */
  remembers(words: string): Promise<void> {
    return this.until(`the agent remembers: ${words}`, () => textOf(this.home, () => true).includes(words));
  }

  /** Takes all that the agent remembers from it. */
  forget(): void {
    rmSync(this.home, { recursive: true, maxRetries: 5 });
    agentHome(this.facts.agent, this.home, this.model.port);
  }

  /** The keeper of the agent, killed as a crash does. */
  killKeeper(): Promise<void> {
    return this.signalKeeper('SIGKILL');
  }

  /** From now on nobody learns what the agent says. */
  freezeKeeper(): Promise<void> {
    return this.signalKeeper('SIGSTOP');
  }

  private async signalKeeper(name: NodeJS.Signals): Promise<void> {
    for (const { keeper } of await this.host.running()) await signalProcess(keeper.process, name);
  }

  /** The agent itself, and not its keeper. */
  killAgent(): void {
    const own = processesWith(this.home).filter(({ argv }) => basename(argv[0]!) === basename(this.binary));
    for (const { pid } of own) signal(pid, 'SIGKILL');
  }

  async until(what: string, done: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 100_000;
    while (!(await done())) {
      if (Date.now() > deadline) {
        const transcript = existsSync(join(this.host.runPath, 'transcript.log'))
          ? this.host.readRun('transcript.log')
          : '';
        throw new Error(`never came: ${what}\n${transcript}\n${this.host.logged.join('\n')}`);
      }
      await sleep(25);
    }
  }

  async close(): Promise<void> {
    await this.host.remove();
    await this.model.close();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Attempts of one activity: each newer one has a higher number. */
export function attempt(number: number): MockActivityEnvironment {
  return new MockActivityEnvironment({ attempt: number });
}

/** What stands in the files of a folder, in which a program may be at work: what it has removed meanwhile has no text. */
function textOf(folder: string, isWanted: (name: string) => boolean): string {
  const entries = unlessGone(() => readdirSync(folder, { withFileTypes: true })) ?? [];
  return entries
    .map((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return textOf(path, isWanted);
      if (!entry.isFile() || !isWanted(entry.name)) return '';
      return unlessGone(() => readFileSync(path, 'utf8')) ?? '';
    })
    .join('');
}

function unlessGone<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}
