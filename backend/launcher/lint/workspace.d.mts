export const workspaceRoot: string;
export function readProjects(): { name: string; root: string; tags: string[] }[];
