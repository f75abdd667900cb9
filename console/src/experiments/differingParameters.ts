export type Difference = { path: string; values: string[] };

function flatten(value: unknown, path: string, into: Map<string, string>): void {
  if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) flatten(inner, path === '' ? key : `${path}.${key}`, into);
    return;
  }
  into.set(path, JSON.stringify(value));
}

/** Parameters whose values are not the same in all of them, in the order they first occur; `–` where one lacks it. */
export function differingParameters(parameters: readonly unknown[]): Difference[] {
  const flat = parameters.map((one) => {
    const into = new Map<string, string>();
    flatten(one, '', into);
    return into;
  });
  const paths = [...new Set(flat.flatMap((one) => [...one.keys()]))];
  return paths
    .map((path) => ({ path, values: flat.map((one) => one.get(path) ?? '–') }))
    .filter(({ values }) => new Set(values).size > 1);
}
