import { basename } from 'node:path';
import type { Viewer } from './access.js';
import { canSee, checkAccess, findRepository, nobody, roleIn, viewerOf } from './access.js';
import { protectedRefs } from './acts/protection.js';
import { noticeRefs } from './acts/refs.js';
import { run } from './bare-repository.js';
import type { Asked, Reply } from './exchange.js';
import { empty } from './exchange.js';
import { cloneUrl, fullName } from './links.js';
import { sayProtected } from './pkt-lines.js';
import { Refusal } from './refusal.js';
import type { HttpCall } from './server.js';
import type { Repository, World } from './world.js';

const gitPath = /^\/([^/]+\/[^/]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/;

export const isGitPath = (path: string): boolean => gitPath.test(path);

/** Clone, fetch and push over HTTP, by git's own server. */
export async function answerGit(world: World, asked: Asked, call: HttpCall): Promise<Reply> {
  const [, name = '', rest = ''] = gitPath.exec(asked.path) ?? [];
  const service = rest === 'info/refs' ? asked.query.get('service') : rest;
  const isPush = service === 'git-receive-pack';
  const viewer = whoAsks(world, asked);
  call.login = viewer?.user?.login ?? null;
  const entered = viewer === null ? needsPassword() : enter(world, viewer, { name, rest, asked, isPush });
  if ('status' in entered) return entered;
  const reply = await backend(viewer ?? nobody, entered, asked, rest);
  const by = viewer?.user;
  if (rest !== 'git-receive-pack' || by == null) return reply;
  await noticeRefs(world, entered, by);
  return { ...reply, body: sayProtected(Buffer.from(reply.body)) };
}

/** Null for a wrong password, and for nobody. */
function whoAsks(world: World, { headers }: Asked): Viewer | null {
  try {
    return viewerOf(world, headers.authorization);
  } catch {
    return null;
  }
}

interface Wish {
  name: string;
  rest: string;
  asked: Asked;
  isPush: boolean;
}

/** The repository, or the answer that there is no way in. */
function enter(world: World, viewer: Viewer, { name, rest, asked, isPush }: Wish): Repository | Reply {
  const repository = findRepository(world, name);
  if (viewer.user === null && (isPush || repository?.found.isPrivate !== false)) return needsPassword();
  if (repository === null || !canSee(viewer, repository.found)) return said(404, 'Repository not found.');
  const { found, isMoved } = repository;
  if (isMoved) {
    const query = asked.query.toString();
    return empty(301, { location: `${cloneUrl(world, found)}/${rest}${query && `?${query}`}` });
  }
  try {
    checkAccess(viewer, found, { contents: isPush ? 'write' : 'read' });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const who = viewer.user?.login ?? '';
    const denied = `Permission to ${fullName(found)}.git denied to ${who}.`;
    return said(403, isPush ? denied : 'Write access to repository not granted.');
  }
  if (isPush && found.isArchived) return said(403, 'This repository was archived so it is read-only.');
  return found;
}

function needsPassword(): Reply {
  const reply = said(401, 'Invalid username or token.');
  return { ...reply, headers: { ...reply.headers, 'www-authenticate': 'Basic realm="GitHub"' } };
}

/** Git shows it to the user behind `remote: `. */
function said(status: number, text: string): Reply {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: `${text}\n` };
}

async function backend(viewer: Viewer, repository: Repository, asked: Asked, rest: string): Promise<Reply> {
  const { path } = repository.git;
  const folder = basename(path);
  const { stdout } = await run(['http-backend'], {
    input: asked.body,
    env: {
      GIT_PROJECT_ROOT: path.slice(0, -folder.length),
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: `/${folder}/${rest}`,
      REQUEST_METHOD: asked.method,
      QUERY_STRING: asked.query.toString(),
      CONTENT_TYPE: asked.headers['content-type'] ?? '',
      CONTENT_LENGTH: String(asked.body.length),
      HTTP_CONTENT_ENCODING: asked.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: asked.headers['git-protocol'] ?? '',
      REMOTE_USER: viewer.user?.login ?? '',
      REMOTE_ADDR: '127.0.0.1',
      PROTECTED_REFS: protectedRefs(repository, roleIn(viewer, repository)).join('\n'),
    },
  });
  return fromCgi(stdout);
}

function fromCgi(output: Buffer): Reply {
  const end = output.indexOf('\r\n\r\n');
  const lines = output.subarray(0, end).toString().split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => {
      const [name = '', ...value] = line.split(':');
      return [name.toLowerCase(), value.join(':').trim()];
    }),
  ) as Record<string, string>;
  const { status = '200', ...others } = headers;
  return { status: Number.parseInt(status), headers: others, body: output.subarray(end + 4) };
}
