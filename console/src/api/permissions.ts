/** Whether a list of granted permissions (`rollouts:approve`, `experiments:*`, `*`) covers one that is needed. */
export function covers(granted: readonly string[], needed: string): boolean {
  const [resource] = needed.split(':');
  return granted.some((permission) => permission === needed || permission === '*' || permission === `${resource}:*`);
}
