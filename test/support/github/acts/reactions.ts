import type { Comment, Review, User, World } from '../world.js';

/** What people can react to, as far as anybody here does. */
export type Reactable = Comment | Review;

export interface Reaction {
  on: Reactable;
  by: User;
  /** As GraphQL has it, such as `THUMBS_UP`. */
  content: string;
}

/** Once, however often it is asked for. */
export function react(world: World, on: Reactable, by: User, content: string): void {
  const isThere = world.reactions.some(
    (each) => each.on === on && each.by === by && each.content === content,
  );
  if (!isThere) world.reactions.push({ on, by, content });
}

export function reactionsTo(world: World, on: Reactable): Reaction[] {
  return world.reactions.filter((each) => each.on === on);
}
