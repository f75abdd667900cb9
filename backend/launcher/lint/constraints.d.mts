export const depConstraints: Record<string, { may: string[]; tests?: string[]; never: string[] }>;
export const apiLayers: string[];
export const emptyNames: string[];
