type Environment = Record<string, string>;

/** Variables of git that belong to the user's setup, not to one repository. */
const userVariables =
  /^GIT_(SSH(_COMMAND|_VARIANT)?|ASKPASS|CONFIG_(GLOBAL|SYSTEM|NOSYSTEM)|SSL_.*|HTTP_.*|PROXY_.*)$/;

/** No prompt ever, and nothing from files that are not named on the command line. */
const always: Environment = { GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0' };
const untrusted: Environment = {
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_NO_REPLACE_OBJECTS: '1',
};

/** For git on what an agent has written: neither the system's nor the user's configuration. */
export function untrustedEnvironment(parent: NodeJS.ProcessEnv): Environment {
  return { ...pick(parent, (name) => name === 'PATH' || name === 'HOME'), ...untrusted, ...always };
}

/**
 * For git that talks to the user's own repository: the user's configuration, credential helpers and
 * ssh agent count, which may need any variable. Left out are Temporal's secrets, and what would
 * point git to another repository.
 */
export function trustedEnvironment(parent: NodeJS.ProcessEnv): Environment {
  const kept = (name: string) =>
    !name.startsWith('TEMPORAL_') && (!name.startsWith('GIT_') || userVariables.test(name));
  return { ...pick(parent, kept), ...always };
}

function pick(parent: NodeJS.ProcessEnv, wanted: (name: string) => boolean): Environment {
  return Object.fromEntries(
    Object.entries(parent).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && wanted(entry[0]),
    ),
  );
}
