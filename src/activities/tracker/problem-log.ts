import type { Problem } from '../../domain/project.js';
import type { Logger } from '../host.js';

/** The places that a look may have trouble with as a whole. */
interface Places {
  workflowFile: string;
  tracker: string;
}

/**
 * Says each problem of the tracker and its issues once, and when the tracker is well again. What the project knows was said by
 * an earlier look: each watch makes its own. What becomes of the workflow file is said where it is read.
 */
export function createProblemLog(log: Logger) {
  let told: readonly Problem[] = [];

  return (places: Places, problems: readonly Problem[], known: readonly Problem[]): void => {
    const before = [...told, ...known];
    const others = problems.filter(({ where }) => where !== places.workflowFile);
    for (const problem of others) if (!before.some((one) => isSame(one, problem))) say(problem);
    if (isIn(before, places.tracker) && !isIn(problems, places.tracker))
      log.info('tracker can be read again');
    told = problems;

    function say({ where, message: error }: Problem): void {
      if (where === places.tracker) log.warn('tracker cannot be read', { error });
      else log.warn('issue cannot be used', { where, error });
    }
  };
}

function isSame(one: Problem, other: Problem): boolean {
  return one.where === other.where && one.message === other.message;
}

function isIn(problems: readonly Problem[], place: string): boolean {
  return problems.some(({ where }) => where === place);
}
