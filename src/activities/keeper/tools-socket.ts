import { basename, dirname, join } from 'node:path';

/**
 * The folder of a place for the tools sockets of its generations, and for nothing else: a sandbox shows it to the
 * program, and keeps the generations with their journals and control sockets out of sight.
 */
export function toolsFolder(place: string): string {
  return join(place, 'tools');
}

/** The tools socket of a generation, which is a folder of its place. */
export function toolsSocket(generation: string): string {
  return join(toolsFolder(dirname(generation)), basename(generation));
}
