/** The only entry of the workflow bundle. */
export { landing } from './landing.js';
export { project } from './project.js';
export { scheduled } from './scheduled.js';
export { task } from './task.js';
