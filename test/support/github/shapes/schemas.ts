import type { components } from '@octokit/openapi-types';

/** GitHub's own description of what it answers. */
export type Schemas = components['schemas'];
