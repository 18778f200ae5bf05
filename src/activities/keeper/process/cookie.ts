/** In the environment of a program and of all that it starts: it tells them from everything else. */
export const cookieName = 'CONTINUO_PROGRAM';

/** In the environment of a program that has tools: the path of its keeper's tools socket. */
export const toolsName = 'CONTINUO_TOOLS';
