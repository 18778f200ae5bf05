import type { Problem } from '../../domain/project.js';
import type { Logger } from '../host.js';

/** The places that a look may have trouble with as a whole. */
interface Places {
  workflowFile: string;
  tracker: string;
}

/**
 * Says each problem once, and when a place is well again. What the project knows was said by an earlier look: each watch
 * makes its own.
 */
export function createProblemLog(log: Logger) {
  let told: readonly Problem[] = [];

  return (places: Places, problems: readonly Problem[], known: readonly Problem[]): void => {
    const before = [...told, ...known];
    for (const problem of problems) if (!before.some((one) => isSame(one, problem))) say(problem);
    const isWell = (place: string) => isIn(before, place) && !isIn(problems, place);
    if (isWell(places.tracker)) log.info('tracker can be read again');
    if (isWell(places.workflowFile))
      log.info('workflow file can be used again', { where: places.workflowFile });
    told = problems;

    function say({ where, message: error }: Problem): void {
      if (where === places.workflowFile)
        log.error('workflow file cannot be used; nothing new starts', { where, error });
      else if (where === places.tracker) log.warn('tracker cannot be read', { error });
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
