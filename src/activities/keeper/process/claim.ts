import { randomUUID } from 'node:crypto';
import { linkSync, rmSync, writeFileSync } from 'node:fs';
import { nameProcess } from '../process-name.js';
import type { Claim, KeeperSpec } from '../protocol.js';
import { files, protocolVersion } from '../protocol.js';
import { errorCode } from './guards.js';

export type KeeperClaim = Extract<Claim, { kind: 'keeper' }>;

/**
 * Makes this process the keeper of the generation in the working directory, once and for ever. Null when
 * there is a claim already: another keeper's, or the tombstone of a starter that gave up waiting.
 * `link(2)` decides: unlike a rename it never replaces what is there.
 */
export async function takeClaim({ owner, cookie }: KeeperSpec): Promise<KeeperClaim | null> {
  const claim: KeeperClaim = {
    kind: 'keeper',
    version: protocolVersion,
    id: randomUUID(),
    process: await nameProcess(process.pid),
    owner,
    cookie,
    startedAt: new Date().toISOString(),
  };
  return isFirst(claim) ? claim : null;
}

function isFirst(claim: KeeperClaim): boolean {
  const draft = `${files.claim}.${claim.id}`;
  try {
    writeFileSync(draft, JSON.stringify(claim), { mode: 0o600, flag: 'wx' });
    linkSync(draft, files.claim);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}
