import type { Exit, KeeperSpec } from '../protocol.js';
import type { KeeperClaim } from './claim.js';
import type { Commands } from './control.js';
import { serveControl } from './control.js';
import type { Reach } from './fault.js';
import type { Journal } from './journal.js';
import type { Program } from './program.js';
import { toolsSocket } from '../tools-socket.js';
import { toolsName } from './cookie.js';
import { serveTools } from './tools.js';
import { createWriterRight } from './writer.js';

/** The sockets of the keeper. */
export interface Service {
  /** Tells the exit to everybody who is there, then closes. */
  close(exit: Exit): Promise<void>;
}

/** Opens the sockets; `writing` hears whether a writer is attached. */
export async function openService(
  spec: KeeperSpec,
  claim: KeeperClaim,
  journal: Journal,
  program: Program,
  reached: Reach,
  writing: (isAttached: boolean) => void,
): Promise<Service> {
  let stored: Exit | null = null;
  const tools =
    spec.tools.length === 0
      ? null
      : await serveTools(
          spec.env[toolsName] ?? toolsSocket(process.cwd()),
          spec.tools,
          claim.id,
          journal,
          reached,
        );
  const commands: Commands = {
    child: () => program.child,
    exit: () => stored,
    write: (key, line) => program.write(key, line),
    toolResult(id, result) {
      const answer = tools?.answer(id, result) ?? null;
      if (answer !== null) return { kind: 'done', ...answer };
      return { kind: 'refused', code: 'BAD_FRAME', message: `there is no tool call ${id}` };
    },
    signal: (signal) => program.signal(signal),
    close: (reason, graceMs) => program.end({ kind: 'closed', reason }, graceMs),
  };
  const control = await serveControl(claim.id, journal, createWriterRight(writing), commands);
  return {
    async close(exit) {
      stored = exit;
      await Promise.all([control.close(exit), tools?.close()]);
    },
  };
}
