import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { GitHubClient } from '../../github/client.js';
import { GitHubError, orNull } from '../../github/errors.js';
import type { Holder } from '../holder.js';
import type { ClaimVerdict } from '../tracker.js';
import { identifierOf } from './issue.js';
import type { GitHubPlace } from './place.js';
import { Blob, BlobContent, Nothing, Ref } from './schema.js';

const Note = z.object({ project: z.string().max(200), key: z.string() });

const kind = 'claim';
const git = 'repos/{owner}/{repo}/git';

/**
 * A claim is a ref that GitHub creates once, whoever else tries: `refs/continuo/claims/<number>`, at an object that says
 * whose it is. Of two orchestrators that know nothing of each other one gets it.
 */
export function createClaims(client: GitHubClient, { names }: GitHubPlace) {
  const holds = async (number: number): Promise<string | null> => {
    const asked = { kind, route: `GET /${git}/ref/{+ref}`, parameters: { ...names, ref: refOf(number) } };
    return (await orNull(client.read(asked, Ref)))?.data.object.sha ?? null;
  };

  const has = async (number: number, holder: Holder): Promise<boolean> =>
    (await holds(number)) === blobOf(noteOf(holder));

  async function create(number: number, content: string): Promise<void> {
    const blob = await client.write(
      { kind, route: `POST /${git}/blobs`, parameters: { ...names, content, encoding: 'utf-8' } },
      Blob,
    );
    const parameters = { ...names, ref: `refs/${refOf(number)}`, sha: blob.sha };
    try {
      await client.write({ kind, route: `POST /${git}/refs`, parameters }, Nothing);
    } catch (error) {
      // Somebody else was first; whose it is by now is read.
      if (!(error instanceof GitHubError && error.kind === 'validation')) throw error;
      if ((await holds(number)) === null) throw error;
    }
  }

  async function describe(sha: string): Promise<string> {
    const asked = { kind, route: `GET /${git}/blobs/{sha}`, parameters: { ...names, sha } };
    const found = await orNull(client.read(asked, BlobContent));
    const note = Note.safeParse(found === null ? null : parse(found.data.content));
    return note.success ? `the project ${note.data.project} of another orchestrator` : 'somebody else';
  }

  return {
    /** Key: the issue and the holder, so that whoever has it gets it again. */
    async take(number: number, holder: Holder): Promise<ClaimVerdict> {
      const content = noteOf(holder);
      const ours = blobOf(content);
      let now = await holds(number);
      if (now === null) {
        await create(number, content);
        now = await holds(number);
      }
      if (now === ours) return { kind: 'ours' };
      const whose = now === null ? 'somebody else' : await describe(now);
      const ref = `refs/${refOf(number)}`;
      const message = `${identifierOf(number)} is claimed by ${whose} (${ref}); when nobody works on it, delete that ref: git push <url> :${ref}`;
      return { kind: 'theirs', message };
    },

    has,

    /** Gives back what this holder has, and nothing of others. */
    async release(number: number, holder: Holder): Promise<void> {
      if (!(await has(number, holder))) return;
      const parameters = { ...names, ref: refOf(number) };
      await orGone(client.write({ kind, route: `DELETE /${git}/refs/{+ref}`, parameters }, Nothing));
    },
  };
}

/** As GitHub's paths have it. */
function refOf(number: number): string {
  return `continuo/claims/${number}`;
}

/** The same text for the same holder: so it is known by its hash, and need not be read. */
function noteOf({ project, key }: Holder): string {
  return `${JSON.stringify({ project, key })}\n`;
}

function blobOf(content: string): string {
  return createHash('sha1')
    .update(`blob ${Buffer.byteLength(content)}\0${content}`)
    .digest('hex');
}

function parse(base64: string): unknown {
  try {
    return JSON.parse(Buffer.from(base64, 'base64').toString());
  } catch {
    return null;
  }
}

/** What is not there any more need not be deleted; GitHub says either. */
async function orGone(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    const isGone = error instanceof GitHubError && ['not_found', 'validation'].includes(error.kind);
    if (!isGone) throw error;
  }
}
