import { readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { writeWhole } from '../../config/atomic-write.js';
import { exchange } from '../keeper/exchange.js';
import { firstProgram } from './known-agents.js';

const fileName = 'auth.json';
/** No turn is longer, and Codex' tokens last for ten days. */
const neededMs = 24 * 60 * 60_000;
const patienceMs = 30_000;

const Tokens = z.looseObject({ access_token: z.string(), refresh_token: z.string() });
const CodexLogin = z.looseObject({ tokens: Tokens.nullish() });
type CodexLogin = z.infer<typeof CodexLogin>;

interface Lending {
  /** The shell command that starts Codex. */
  command: string;
  env: Record<string, string>;
  /** Where the person's login is, and where it is lent to. */
  place: string;
  own: string;
}

/**
 * Lends Codex what it needs of the person's login for a day, without the refresh token. Codex renews a login by putting a
 * new file in place of the old one, for which it would have to write to the folder of the settings; and a refresh token
 * that is used in a copy ends the login of the person. So only the person's own Codex renews it, outside of the sandbox,
 * before it is too old. A key is lent as it is. Key: the file that it is lent to.
 */
export async function lendCodexLogin({ command, env, place, own }: Lending): Promise<void> {
  const file = join(place, fileName);
  let login = await readLogin(file);
  if (isOld(login)) {
    await renew(command, env);
    login = await readLogin(file);
  }
  const lent = join(own, fileName);
  if (login === null) await rm(lent, { recursive: true, force: true });
  else await writeWhole(lent, JSON.stringify(withoutRefresh(login)));
}

/** Null when nobody is logged in, or in a way that this version does not know and could spoil. */
async function readLogin(file: string): Promise<CodexLogin | null> {
  try {
    return CodexLogin.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return null;
  }
}

function withoutRefresh({ tokens, ...login }: CodexLogin): CodexLogin {
  return tokens == null ? login : { ...login, tokens: { ...tokens, refresh_token: '' } };
}

function isOld(login: CodexLogin | null): boolean {
  const token = login?.tokens?.access_token;
  if (token === undefined) return false;
  const until = expiryOf(token);
  return until !== null && until < Date.now() + neededMs;
}

const Claims = z.object({ exp: z.number() });

/** In milliseconds since 1970; null for what is no JWT. */
function expiryOf(token: string): number | null {
  try {
    const claims = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
    return Claims.parse(JSON.parse(claims)).exp * 1000;
  } catch {
    return null;
  }
}

/** Whether it worked is seen in the file. Codex' own lock keeps two of these apart. */
async function renew(command: string, env: Record<string, string>): Promise<void> {
  const program = firstProgram(command);
  if (basename(program) !== 'codex') return;
  const clientInfo = { name: 'continuo', title: 'Continuo', version: '1' };
  const messages = [
    { id: 'initialize', method: 'initialize', params: { clientInfo } },
    { method: 'initialized' },
    { id: 'renew', method: 'account/read', params: { refreshToken: true } },
  ];
  await exchange({
    argv: ['bash', '-lc', '"$0" app-server', program],
    env,
    lines: messages.map((message) => JSON.stringify(message)),
    isAnswer: (line) => line.includes('"id":"renew"'),
    patienceMs,
  });
}
