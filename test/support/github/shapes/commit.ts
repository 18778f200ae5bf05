import { repositoryApi, repositoryWeb } from '../links.js';
import { emailOf } from '../people.js';
import type { Repository, World } from '../world.js';
import type { Schemas } from './schemas.js';
import { simpleUser } from './user.js';

const format = ['%T', '%P', '%an', '%ae', '%aI', '%cn', '%ce', '%cI', '%B'].join('%x00');

/** A commit as git has it, by the users whose addresses it bears. */
export async function commitOf(
  world: World,
  repository: Repository,
  sha: string,
): Promise<Schemas['commit']> {
  const shown = await repository.git.git(['show', '--no-patch', `--format=${format}`, sha]);
  const [tree = '', parents = '', ...signatures] = shown.split('\0');
  const [author = '', authorEmail = '', authored = '', name = '', email = '', date = '', message = ''] =
    signatures;
  const url = repositoryApi(world, repository, `/commits/${sha}`);
  const userOf = (address: string) => {
    const user = world.users.find((each) => emailOf(each) === address);
    return user === undefined ? null : simpleUser(world, user);
  };
  return {
    url,
    sha,
    node_id: `C_${Buffer.from(sha).toString('base64url')}`,
    html_url: repositoryWeb(world, repository, `/commit/${sha}`),
    comments_url: `${url}/comments`,
    commit: {
      url: repositoryApi(world, repository, `/git/commits/${sha}`),
      author: { name: author, email: authorEmail, date: authored },
      committer: { name, email, date },
      message: message.trimEnd(),
      comment_count: 0,
      tree: { sha: tree, url: repositoryApi(world, repository, `/git/trees/${tree}`) },
      verification: {
        verified: false,
        reason: 'unsigned',
        payload: null,
        signature: null,
        verified_at: null,
      },
    },
    author: userOf(authorEmail),
    committer: userOf(email),
    parents: parents
      .split(' ')
      .filter((parent) => parent !== '')
      .map((parent) => ({
        sha: parent,
        url: repositoryApi(world, repository, `/commits/${parent}`),
        html_url: repositoryWeb(world, repository, `/commit/${parent}`),
      })),
  };
}
