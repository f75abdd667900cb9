import type { Theme } from '@mui/material';
import { tokens } from '../theme/tokens.js';

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** Names of an evaluation's candidates with their roles, from the run's parameters. */
export function candidateRoles(parameters: Record<string, unknown>): Map<string, string> {
  const candidates = Array.isArray(parameters.candidates) ? parameters.candidates.filter(isRecord) : [];
  return new Map(candidates.map((candidate) => [String(candidate.name), String(candidate.role)]));
}

/** The same role has the same colour in every chart: the swapped candidate is the accent, its rivals stay quiet. */
export function roleColor(role: string | undefined, { palette }: Theme): string {
  const color = tokens[palette.mode];
  return role === 'swapped' ? color.accent : role === 'fine-tuned' ? color.fineTuned : color.stock;
}
