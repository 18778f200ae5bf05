/** The repository whose changes are looked at. */
export interface Place {
  names: { owner: string; repo: string };
}
