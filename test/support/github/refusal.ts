/** A request that GitHub does not grant, in its words. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly details: { errors?: readonly ValidationError[]; headers?: Record<string, string> } = {},
  ) {
    super(message);
  }
}

export interface ValidationError {
  resource: string;
  field?: string;
  code: string;
  message?: string;
  value?: string;
}

export const notFound = (message = 'Not Found') => new Refusal(404, message);
export const badCredentials = () => new Refusal(401, 'Bad credentials');
export const notAllowed = () => new Refusal(403, 'Must have admin rights to Repository.');

export function invalid(...errors: ValidationError[]): Refusal {
  return new Refusal(422, 'Validation Failed', { errors });
}
