import { reactionsTo } from '../acts/reactions.js';
import type { Reactable } from '../acts/reactions.js';
import type { View } from './view.js';

const contents = ['THUMBS_UP', 'THUMBS_DOWN', 'LAUGH', 'HOORAY', 'CONFUSED', 'HEART', 'ROCKET', 'EYES'];

/** All kinds of reactions, also those that nobody has given, as GitHub lists them. */
export function reactionGroups({ world, user }: View, on: Reactable) {
  const all = reactionsTo(world, on);
  return contents.map((content) => ({
    __typename: 'ReactionGroup',
    content,
    viewerHasReacted: all.some((each) => each.content === content && each.by === user),
  }));
}
